/** Tells what a job does to files in the words of the protocol: not `link /x/log/7.json` but the link of a claim. */
import type { Files } from "@tidemark/core/storage"
import { Effect } from "effect"

/** What an operation on files is about. */
export type Subject =
  | "claim"
  | "manifest"
  | "final manifest"
  | "end"
  | "invalidation"
  /** A log entry that is read or removed. */
  | "entry"
  | "state"
  /** A state object that is removed after its checkpoint's entry was, or one that no checkpoint names. */
  | "retired state"
  | "orphaned state"
  /** The sink's file before its commit. */
  | "hidden"
  /** Its removal once it was published, or because no checkpoint holds it. */
  | "published hidden"
  | "abandoned hidden"
  /** The sink's file after its commit. */
  | "part"
  | "other"

export interface FileMoment {
  readonly _tag: "File"
  readonly when: "before" | "after"
  readonly operation: keyof Files
  readonly subject: Subject
  /** Of `link` the new name. */
  readonly path: string
}

const isHidden = (path: string): boolean => path.endsWith(".inprogress")

const isPart = (path: string): boolean => path.endsWith(".jsonl")

const isTemporary = (path: string): boolean => path.includes("/.tmp-")

/** By content, for files that are written under temporary names. */
const subjectOfContent = (bytes: Uint8Array): Subject => {
  if (bytes[0] !== "{".charCodeAt(0)) return "state"
  const { entry } = JSON.parse(new TextDecoder().decode(bytes))
  switch (entry._tag) {
    case "Claim":
      return "claim"
    case "Manifest":
      return entry.kind === "final" ? "final manifest" : "manifest"
    case "End":
      return "end"
    default:
      return "invalidation"
  }
}

/** Calls `observe` before and after every operation, synchronously. */
export const watchedFiles = (files: Files, observe: (moment: FileMoment) => void): Files => {
  const temporaries = new Map<string, Subject>()
  /** The subject of the last change of names in a directory: what a sync of it makes durable. */
  const changed = new Map<string, Subject>()

  const published = new Set<string>()
  let hasRetired = false

  const subjectOf = (path: string): Subject => {
    if (isTemporary(path)) return temporaries.get(path) ?? "other"
    if (isHidden(path)) return "hidden"
    if (isPart(path)) return "part"
    if (path.includes("/log/")) return "entry"
    return path.includes("/objects/") ? "state" : "other"
  }
  const removed = (path: string): Subject => {
    const subject = subjectOf(path)
    if (subject === "entry") hasRetired = true
    if (subject === "hidden") return published.has(path) ? "published hidden" : "abandoned hidden"
    if (subject !== "state" || isTemporary(path)) return subject
    return hasRetired ? "retired state" : "orphaned state"
  }
  const note = (path: string, subject: Subject): Subject => {
    changed.set(path.slice(0, path.lastIndexOf("/")), subject)
    return subject
  }
  const watch = <A, E>(
    at: { readonly operation: keyof Files; readonly path: string; readonly subject: () => Subject },
    effect: Effect.Effect<A, E>
  ): Effect.Effect<A, E> =>
    Effect.suspend(() => {
      const moment = { _tag: "File", operation: at.operation, path: at.path, subject: at.subject() } as const
      observe({ ...moment, when: "before" })
      return Effect.tap(effect, () => Effect.sync(() => observe({ ...moment, when: "after" })))
    })
  const plain = <A, E>(operation: keyof Files, path: string, effect: Effect.Effect<A, E>) =>
    watch({ operation, path, subject: () => subjectOf(path) }, effect)

  return {
    makeDirectory: (path) => plain("makeDirectory", path, files.makeDirectory(path)),
    write: (path, bytes) => {
      const subject = (): Subject => {
        if (isTemporary(path)) temporaries.set(path, subjectOfContent(bytes))
        return note(path, subjectOf(path))
      }
      return watch({ operation: "write", path, subject }, files.write(path, bytes))
    },
    append: (path, bytes) => plain("append", path, files.append(path, bytes)),
    sync: (path) => plain("sync", path, files.sync(path)),
    syncDirectory: (path) =>
      watch(
        { operation: "syncDirectory", path, subject: () => changed.get(path) ?? "other" },
        files.syncDirectory(path)
      ),
    link: (from, to) => {
      const subject = () => {
        if (isHidden(from)) published.add(from)
        return note(to, isPart(to) ? "part" : subjectOf(from))
      }
      return watch({ operation: "link", path: to, subject }, files.link(from, to))
    },
    rename: (from, to) => plain("rename", to, files.rename(from, to)),
    remove: (path) => {
      const subject = () => (isTemporary(path) ? removed(path) : note(path, removed(path)))
      return watch({ operation: "remove", path, subject }, files.remove(path))
    },
    read: (path) => plain("read", path, files.read(path)),
    size: (path) => plain("size", path, files.size(path)),
    list: (path) => plain("list", path, files.list(path))
  }
}
