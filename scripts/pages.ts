/** Generated pages: written into a folder of their own, and compared with what stands there. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

export type Pages = ReadonlyMap<string, string>

/** Says which files of the folder differ from the pages; empty when none does. */
export const checkPages = (folder: string, pages: Pages): ReadonlyArray<string> => {
  const stale = [...pages].flatMap(([file, text]) => {
    const path = join(folder, file)
    if (!existsSync(path)) return [`${file} is missing.`]
    return readFileSync(path, "utf8") === text ? [] : [`${file} differs from what would be generated.`]
  })
  return [...stale, ...foreignFiles(folder, pages).map((file) => `${file} belongs to nothing.`)]
}

/** Writes the pages and removes every other Markdown file of the folder. */
export const writePages = (folder: string, pages: Pages): void => {
  mkdirSync(folder, { recursive: true })
  for (const file of foreignFiles(folder, pages)) rmSync(join(folder, file))
  for (const [file, text] of pages) writeFileSync(join(folder, file), text)
}

const foreignFiles = (folder: string, pages: Pages): ReadonlyArray<string> =>
  existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".md") && !pages.has(file)) : []
