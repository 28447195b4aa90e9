/**
 * A file system in memory that keeps apart what a program sees (the page cache) and what a power loss leaves (the
 * platter), for the content of every file and for the names in every directory.
 *
 * D1 Content becomes durable by `sync` of the file, a name by `syncDirectory` of its directory; nothing else helps.
 * D2 Un-synced names are kept or lost one by one, in any combination; a rename within a directory is one change.
 * D3 A rename between directories never loses the file: the old name goes only after the new one is durable.
 * D4 Bytes that were synced and not rewritten since are never lost.
 *
 * Fails: throws {@link DiskRefusal}, which `SimulatedFiles` turns into a `StorageFailure`.
 */
import type { StorageFailure } from "../model/errors.ts"
import { lossDecisions, type PowerLoss } from "./PowerLoss.ts"

export class DiskRefusal extends Error {
  override readonly name = "DiskRefusal"
  readonly reason: StorageFailure["reason"]
  constructor(reason: StorageFailure["reason"], problem: string) {
    super(`simulated: ${problem}`)
    this.reason = reason
  }
}

class FileNode {
  readonly kind = "file"
  cached = new Uint8Array(0)
  durable = new Uint8Array(0)
  /** How many first bytes are durable and untouched since. */
  stable = 0
}

class DirectoryNode {
  readonly kind = "directory"
  entries = new Map<string, DiskNode>()
  durable = new Map<string, DiskNode>()
}

type DiskNode = FileNode | DirectoryNode

/** A change of names that is not durable yet. */
class NameChange {
  readonly directory: DirectoryNode
  readonly names: ReadonlyArray<readonly [name: string, node: DiskNode | null]>
  readonly requires: NameChange | null
  isDurable = false
  constructor(directory: DirectoryNode, names: NameChange["names"], requires: NameChange | null) {
    this.directory = directory
    this.names = names
    this.requires = requires
  }
}

interface Place {
  readonly directory: DirectoryNode
  readonly name: string
  readonly node: DiskNode | undefined
}

const assign = (names: Map<string, DiskNode>, changes: NameChange["names"]): void => {
  for (const [name, node] of changes) {
    if (node === null) names.delete(name)
    else names.set(name, node)
  }
}

/** Segments of a path; relative paths start at the root. */
const segmentsOf = (path: string): ReadonlyArray<string> => {
  const segments: Array<string> = []
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop()
    else if (segment !== "" && segment !== ".") segments.push(segment)
  }
  return segments
}

const concat = (head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> => {
  const whole = new Uint8Array(head.length + tail.length)
  whole.set(head)
  whole.set(tail, head.length)
  return whole
}

export class SimulatedDisk {
  readonly #root = new DirectoryNode()
  #pending: Array<NameChange> = []

  /** `isSynced: false` leaves the new names to chance, as when the power goes in the middle. */
  makeDirectory(path: string, isSynced: boolean): void {
    let directory = this.#root
    for (const name of segmentsOf(path)) {
      const found = directory.entries.get(name)
      if (found?.kind === "file") throw new DiskRefusal("invalid", "a file stands where the directory should be")
      const next = found ?? new DirectoryNode()
      if (found === undefined) {
        this.#change(directory, [[name, next]])
        if (isSynced) this.#syncNames(directory)
      }
      directory = next
    }
  }

  write(path: string, bytes: Uint8Array): void {
    const file = this.#fileToWrite(path)
    file.cached = bytes.slice()
    file.stable = 0
  }

  append(path: string, bytes: Uint8Array): void {
    const file = this.#fileToWrite(path)
    file.cached = concat(file.cached, bytes)
  }

  sync(path: string): void {
    const file = this.#file(path)
    file.durable = file.cached
    file.stable = file.cached.length
  }

  syncDirectory(path: string): void {
    this.#syncNames(this.#directory(segmentsOf(path)))
  }

  link(from: string, to: string): void {
    const file = this.#file(from)
    const target = this.#place(to)
    if (target.node !== undefined) throw new DiskRefusal("exists", "file already exists")
    this.#change(target.directory, [[target.name, file]])
  }

  rename(from: string, to: string): void {
    const source = this.#place(from)
    const target = this.#place(to)
    if (source.node === undefined) throw new DiskRefusal("missing", "no such file")
    if (target.node?.kind === "directory") throw new DiskRefusal("invalid", "a directory has this name")
    if (source.node === target.node) return
    if (source.directory === target.directory) {
      this.#change(source.directory, [
        [target.name, source.node],
        [source.name, null]
      ]) // D2
      return
    }
    const added = this.#change(target.directory, [[target.name, source.node]])
    this.#change(source.directory, [[source.name, null]], added) // D3
  }

  remove(path: string): void {
    const place = this.#placeIfAny(path)
    if (place?.node?.kind === "directory") throw new DiskRefusal("invalid", "it is a directory")
    if (place?.node !== undefined) this.#change(place.directory, [[place.name, null]])
  }

  read(path: string): Uint8Array {
    return this.#file(path).cached.slice()
  }

  size(path: string): number {
    const { node } = this.#place(path)
    if (node === undefined) throw new DiskRefusal("missing", "no such file")
    return node.kind === "file" ? node.cached.length : 0
  }

  list(path: string): ReadonlyArray<string> {
    return [...this.#directory(segmentsOf(path)).entries.keys()].sort()
  }

  /** Damages a file at rest, in cache and on the platter alike. */
  damage(path: string, change: (bytes: Uint8Array) => Uint8Array): void {
    const file = this.#file(path)
    file.cached = change(file.cached.slice()).slice()
    file.durable = file.cached
    file.stable = file.cached.length
  }

  /** Paths of all files as the program sees them, sorted. */
  paths(): ReadonlyArray<string> {
    const found: Array<string> = []
    const visit = (directory: DirectoryNode, prefix: string): void => {
      for (const [name, node] of directory.entries) {
        if (node.kind === "file") found.push(prefix + name)
        else visit(node, `${prefix}${name}/`)
      }
    }
    visit(this.#root, "")
    return found.sort()
  }

  /** Everything that was not synced meets its fate; what is left is durable. */
  powerLoss(loss: PowerLoss): void {
    const decisions = lossDecisions(loss)
    for (const change of this.#pending) {
      const isPossible = change.requires === null || change.requires.isDurable
      if (decisions.keepsName() && isPossible) this.#settle(change)
    }
    this.#pending = []
    const seen = new Set<DiskNode>()
    const visit = (node: DiskNode): void => {
      if (seen.has(node)) return
      seen.add(node)
      if (node.kind === "directory") {
        node.entries = new Map(node.durable)
        for (const child of node.entries.values()) visit(child)
        return
      }
      if (node.cached !== node.durable) node.cached = decisions.contentOf(node).slice()
      node.durable = node.cached
      node.stable = node.cached.length
    }
    visit(this.#root)
  }

  #change(directory: DirectoryNode, names: NameChange["names"], requires: NameChange | null = null): NameChange {
    const change = new NameChange(directory, names, requires)
    assign(directory.entries, names)
    this.#pending.push(change)
    return change
  }

  #settle(change: NameChange): void {
    change.isDurable = true
    assign(change.directory.durable, change.names)
  }

  #syncNames(directory: DirectoryNode): void {
    let left: Array<NameChange> = []
    for (const change of this.#pending) {
      const isOurs = change.directory === directory && (change.requires === null || change.requires.isDurable)
      if (!isOurs) {
        left.push(change)
        continue
      }
      this.#settle(change)
      // What waits for another directory (D3) must not undo a later change of the same name.
      const names = new Set(change.names.map(([name]) => name))
      left = left.filter(
        (earlier) => earlier.directory !== directory || !earlier.names.every(([name]) => names.has(name))
      )
    }
    this.#pending = left
  }

  #directory(segments: ReadonlyArray<string>): DirectoryNode {
    let directory = this.#root
    for (const name of segments) {
      const next = directory.entries.get(name)
      if (next === undefined) throw new DiskRefusal("missing", "no such directory")
      if (next.kind === "file") throw new DiskRefusal("invalid", "not a directory")
      directory = next
    }
    return directory
  }

  #place(path: string): Place {
    const segments = segmentsOf(path)
    const name = segments.at(-1)
    if (name === undefined) throw new DiskRefusal("invalid", "it is the root directory")
    const directory = this.#directory(segments.slice(0, -1))
    return { directory, name, node: directory.entries.get(name) }
  }

  /** Null where even the directory is missing. */
  #placeIfAny(path: string): Place | null {
    try {
      return this.#place(path)
    } catch (cause) {
      if (cause instanceof DiskRefusal && cause.reason === "missing") return null
      throw cause
    }
  }

  #file(path: string): FileNode {
    const { node } = this.#place(path)
    if (node === undefined) throw new DiskRefusal("missing", "no such file")
    if (node.kind === "directory") throw new DiskRefusal("invalid", "it is a directory")
    return node
  }

  #fileToWrite(path: string): FileNode {
    const { directory, name, node } = this.#place(path)
    if (node?.kind === "directory") throw new DiskRefusal("invalid", "it is a directory")
    if (node !== undefined) return node
    const file = new FileNode()
    this.#change(directory, [[name, file]])
    return file
  }
}
