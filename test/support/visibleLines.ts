import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** The lines of all files that somebody sees who reads a directory, sorted; a last line without its end shows as torn. */
export const visibleLines = (directory: string): ReadonlyArray<string> => {
  if (!existsSync(directory)) return []
  const names = readdirSync(directory).filter((name) => !name.startsWith("."))
  return names
    .flatMap((name) => {
      const text = readFileSync(join(directory, name), "utf8")
      return text.endsWith("\n") ? text.slice(0, -1).split("\n") : [...text.split("\n"), `${name} is torn`]
    })
    .sort()
}
