/**
 * Puts together what is published of a package: its build, manifest, README and license, in a folder of its own.
 *
 * The folder in the checkout stays as it is: its manifest resolves to sources, which is wrong for everybody else.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { repositoryRoot } from "../repository.ts"
import type { PublishedPackage } from "./compile.ts"
import { type Manifest, publishedManifest, publishedReadme } from "./manifest.ts"

const readManifest = (folder: string): Manifest => {
  const parsed: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
  if (typeof parsed !== "object" || parsed === null) throw new Error(`${folder}/package.json is no JSON object.`)
  return { ...parsed }
}

/** Copies the compiled files of a package to `<folder>/dist`, and says how many there are. */
export const copyBuild = (name: PublishedPackage, compiled: string, folder: string): number => {
  const from = join(compiled, name, "src")
  const dist = join(folder, "dist")
  rmSync(dist, { recursive: true, force: true })
  const files = readdirSync(from, { recursive: true, encoding: "utf8" }).filter((file) => /\.(js|ts|map)$/.test(file))
  for (const file of files) {
    const target = join(dist, file)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, published(file, readFileSync(join(from, file), "utf8")))
  }
  return files.length
}

const published = (file: string, text: string): string => {
  if (file.endsWith(".d.ts")) return withCompiledSpecifiers(text)
  return file.endsWith(".map") ? withSourceInPackage(file, text) : text
}

/** The compiler rewrites the imports of JavaScript, but not of declarations: there they still name sources. */
const withCompiledSpecifiers = (text: string): string =>
  text.replaceAll(/((?:from|import) ?\(?")(\.{1,2}\/[^"]+)\.ts"/g, '$1$2.js"')

/** Sources are in the maps themselves; their names are shown as if `src` lay beside `dist`. */
const withSourceInPackage = (file: string, text: string): string => {
  const source = join("src", file.replace(/\.js\.map$/, ".ts"))
  const map: unknown = JSON.parse(text)
  const sources = [relative(dirname(join("dist", file)), source).replaceAll("\\", "/")]
  return JSON.stringify({ ...(typeof map === "object" ? map : {}), sources })
}

/** The versions of Node that the tests run with. */
const nodeRange = ">=24"

/** What a package holds besides its build. */
const extras = ["bin", "template"]

export const stagePackage = (name: PublishedPackage, compiled: string, folder: string): void => {
  const checkout = join(repositoryRoot, "packages", name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  copyBuild(name, compiled, folder)
  for (const extra of extras) {
    if (existsSync(join(checkout, extra))) cpSync(join(checkout, extra), join(folder, extra), { recursive: true })
  }
  const manifest = publishedManifest(readManifest(checkout), nodeRange)
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`)
  writeFileSync(join(folder, "README.md"), publishedReadme(readFileSync(join(checkout, "README.md"), "utf8")))
  cpSync(join(repositoryRoot, "LICENSE"), join(folder, "LICENSE"))
}
