/**
 * Completes a package lock. npm leaves an optional package for another platform out when the registry it asks does not
 * have it, and `npm ci` then refuses the whole lock. The parent names the exact version, so the entry can be added
 * without an integrity: machines of that platform download it, all others skip it by its os and cpu.
 */
export interface LockEntry {
  readonly version?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: ReadonlyArray<string>
  readonly cpu?: ReadonlyArray<string>
  readonly libc?: ReadonlyArray<string>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

export type LockEntries = Readonly<Record<string, LockEntry>>

export interface Completion {
  readonly entries: LockEntries
  readonly added: ReadonlyArray<string>
  /** What is missing and cannot be added, as complete sentences. */
  readonly problems: ReadonlyArray<string>
}

const systems: ReadonlySet<string> = new Set(["aix", "android", "darwin", "freebsd", "linux", "openharmony", "win32"])
const processors: ReadonlySet<string> = new Set(["arm", "arm64", "ia32", "ppc64", "riscv64", "s390x", "wasm32", "x64"])
const libraries: Readonly<Record<string, string>> = {
  gnu: "glibc",
  gnueabihf: "glibc",
  musl: "musl",
  musleabihf: "musl"
}

export const completeLock = (entries: LockEntries): Completion => {
  const added: Record<string, LockEntry> = {}
  const problems: Array<string> = []
  for (const [parentPath, parent] of Object.entries(entries)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (isLocked(entries, parentPath, name)) continue
      const entry = platformEntry(name, version, parent)
      if (typeof entry === "string") problems.push(entry)
      else added[`node_modules/${name}`] = entry
    }
  }
  return { entries: sorted({ ...entries, ...added }), added: Object.keys(added), problems }
}

/** Looks a dependency up as Node does: beside the parent, then in every folder above. */
const isLocked = (entries: LockEntries, parentPath: string, name: string): boolean => {
  if (`${parentPath === "" ? "" : `${parentPath}/`}node_modules/${name}` in entries) return true
  if (parentPath === "") return false
  const above = parentPath.lastIndexOf("/node_modules/")
  return isLocked(entries, above === -1 ? "" : parentPath.slice(0, above), name)
}

const platformEntry = (name: string, version: string, parent: LockEntry): LockEntry | string => {
  const words = name.split(/[/-]/)
  const os = words.filter((word) => systems.has(word))
  const cpu = words.filter((word) => processors.has(word))
  const libc = words.flatMap((word) => libraries[word] ?? [])
  if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) return `${name} is missing and "${version}" is no exact version.`
  if (os.length !== 1 || cpu.length !== 1) return `${name} is missing and its name tells no platform.`
  return {
    version,
    cpu,
    ...(parent.dev === true ? { dev: true } : {}),
    ...(os[0] === "linux" && libc.length > 0 ? { libc } : {}),
    optional: true,
    os
  }
}

/** npm keeps the root first and the rest in the order of `localeCompare`. */
const sorted = (entries: LockEntries): LockEntries =>
  Object.fromEntries(Object.entries(entries).sort(([a], [b]) => a.localeCompare(b, "en")))
