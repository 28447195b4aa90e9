/** What can be imported of the packages: the entries of their manifests, and the module behind each. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { sourceCondition } from "../packages/manifest.ts"

/** The packages that a program imports. `create-tidemark` is a command only: it has no entry. */
const importable = ["backends", "checker", "cli", "connectors", "core"]

export interface Entry {
  /** As it is imported: `@tidemark/core/storage`. */
  readonly specifier: string
  /** File name of its page: `core-storage.md`. */
  readonly page: string
  /** Relative to `packages`: `core/src/storage/index.ts`. */
  readonly source: string
}

interface EntryManifest {
  readonly name: string
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

const entriesOf = (root: string, folder: string): ReadonlyArray<Entry> => {
  const manifest: EntryManifest = JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8"))
  return Object.entries(manifest.exports ?? {}).map(([entry, targets]) => {
    const source = targets[sourceCondition]
    if (source === undefined) throw new Error(`packages/${folder}/package.json: "${entry}" names no source.`)
    return {
      specifier: manifest.name + entry.slice(1),
      page: `${(folder + entry.slice(1)).replaceAll("/", "-")}.md`,
      source: `${folder}/${source.slice(2)}`
    }
  })
}

/** Sorted by what is imported. */
export const publicEntries = (root: string): ReadonlyArray<Entry> =>
  importable
    .flatMap((folder) => entriesOf(root, folder))
    .sort((left, right) => (left.specifier < right.specifier ? -1 : 1))
