import { existsSync, globSync, readFileSync, statSync } from "node:fs"
import { dirname, join, posix } from "node:path"
import type { Resolution, Resolve } from "./arrows.ts"

/** The condition under which packages of the checkout resolve to their sources. */
const sourceCondition = "tidemark-source"

/** Makes the resolver of a checkout: relative paths, and the `exports` of its own packages. */
export const makeResolve = (root: string): Resolve => {
  const entries = new Map<string, ReadonlyMap<string, string>>()
  for (const manifest of globSync("packages/*/package.json", { cwd: root })) {
    const folder = dirname(manifest).replaceAll("\\", "/")
    const { name, exports }: PackageManifest = JSON.parse(readFileSync(join(root, manifest), "utf8"))
    entries.set(name, publicEntries(folder, name, exports ?? {}))
  }
  const moduleAt = (path: string): Resolution => {
    const isFile = existsSync(join(root, path)) && statSync(join(root, path)).isFile()
    return isFile ? { _tag: "Module", path } : { _tag: "Missing" }
  }
  return (from, specifier) => {
    if (specifier.startsWith(".")) return moduleAt(posix.join(posix.dirname(from), specifier))
    const packageName = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/")
    const ours = entries.get(packageName)
    if (ours === undefined) return undefined
    const path = ours.get(specifier)
    return path === undefined ? { _tag: "NotPublic", packageName } : moduleAt(path)
  }
}

interface PackageManifest {
  readonly name: string
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

const publicEntries = (
  folder: string,
  name: string,
  exports: NonNullable<PackageManifest["exports"]>
): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(exports).flatMap(([entry, targets]): ReadonlyArray<readonly [string, string]> => {
      const source = targets[sourceCondition]
      return source === undefined ? [] : [[posix.join(name, entry), posix.join(folder, source)]]
    })
  )
