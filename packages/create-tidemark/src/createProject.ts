/**
 * Copies the template into a new folder and gives it its name.
 *
 * C1 A folder with files in it is never touched.
 * C2 What is refused is refused before anything is written.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

/** The project cannot be made like this; nothing was written. The message says what to do. */
export class CreateRefused extends Error {
  override readonly name = "CreateRefused"
}

export interface CreateOptions {
  readonly folder: string
  /** Folder with the tarballs of the packages; null for the registry. */
  readonly packages: string | null
}

export interface CreatedProject {
  readonly name: string
  /** Relative to the folder, sorted. */
  readonly files: ReadonlyArray<string>
}

const template = fileURLToPath(new URL("../template/", import.meta.url))

/** Names that npm, every file system and a shell take. */
const namePattern = /^[a-z][a-z0-9]*(?:[-_.][a-z0-9]+)*$/
const nameLengthMax = 100

/** Fails: `CreateRefused` for a bad name, a folder that is in use and packages that are not there. */
export const createProject = ({ folder, packages }: CreateOptions): CreatedProject => {
  const target = resolve(folder)
  const name = basename(target)
  checkName(name)
  checkFolder(target, folder)
  const version = ownVersion()
  const range = packages === null ? () => `^${version}` : tarballs(resolve(packages), version)
  const files = templateFiles()
  for (const { from, to } of files) {
    const text = readFileSync(join(template, from), "utf8")
    const filled = text.replaceAll("{{name}}", name).replaceAll(/\{\{range:([^}]+)\}\}/g, (_, of: string) => range(of))
    mkdirSync(dirname(join(target, to)), { recursive: true })
    writeFileSync(join(target, to), filled, { flag: "wx" })
  }
  return { name, files: files.map(({ to }) => to) }
}

const checkName = (name: string): void => {
  if (namePattern.test(name) && name.length <= nameLengthMax && name !== "node_modules") return
  throw new CreateRefused(
    `"${name}" cannot be the name of a project. Use small letters, digits and single - _ . between them, ` +
      `a letter first, at most ${nameLengthMax} characters; for example tide-counter.`
  )
}

const checkFolder = (target: string, shownAs: string): void => {
  if (!existsSync(target)) return
  if (!statSync(target).isDirectory()) throw new CreateRefused(`${shownAs} is a file. Choose another name.`)
  const found = readdirSync(target).filter((entry) => entry !== ".git")
  if (found.length === 0) return
  throw new CreateRefused(
    `${shownAs} is not empty (${found.slice(0, 3).join(", ")}${found.length > 3 ? ", ..." : ""}). ` +
      "Choose another folder, or empty this one."
  )
}

const ownVersion = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
  return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "0.0.0"
}

/** Answers the tarball of a package; all of them are looked for before the first file is written. */
const tarballs = (folder: string, version: string): ((name: string) => string) => {
  const fileOf = (name: string) => join(folder, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`)
  const names = [...readFileSync(join(template, "package.json"), "utf8").matchAll(/\{\{range:([^}]+)\}\}/g)]
  const missing = names.map(([, name = ""]) => fileOf(name)).filter((file) => !existsSync(file))
  if (missing.length > 0) {
    throw new CreateRefused(
      `These packages are missing: ${missing.join(", ")}. In a checkout \`npm run pack\` makes them.`
    )
  }
  return (name) => `file:${fileOf(name)}`
}

/** npm renames or leaves out files that begin with a dot and stand for something in its eyes. */
const templateFiles = (): ReadonlyArray<{ readonly from: string; readonly to: string }> =>
  readdirSync(template, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(template.length))
    .map((from) => ({ from, to: join(dirname(from), basename(from).replace(/^_/, ".")) }))
    .sort((a, b) => (a.to < b.to ? -1 : 1))
