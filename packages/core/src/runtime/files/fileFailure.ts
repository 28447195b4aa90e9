/**
 * Translates what Node reports about a file into a `StorageFailure`; the only place where errno codes are known.
 */
import { StorageFailure } from "../../model/errors.ts"
import type { Files } from "../../storage/Files.ts"

/** The verb of each operation, as it stands in the message of a failure. */
const verbs: Record<keyof Files, string> = {
  makeDirectory: "create directory",
  write: "write",
  append: "append to",
  sync: "sync",
  syncDirectory: "sync directory",
  link: "link",
  rename: "rename to",
  remove: "remove",
  read: "read",
  size: "measure",
  list: "list"
}

const reasons: Readonly<Record<string, StorageFailure["reason"]>> = {
  ENOENT: "missing",
  EEXIST: "exists",
  ENOSPC: "full",
  EDQUOT: "full",
  EACCES: "denied",
  EPERM: "denied",
  EROFS: "denied",
  ENOTDIR: "invalid",
  EISDIR: "invalid",
  ENAMETOOLONG: "invalid",
  ELOOP: "invalid"
}

const readOnly: ReadonlySet<keyof Files> = new Set<keyof Files>(["read", "size", "list"])

/** Operations that may stop half-way when the device is full. */
const partial: ReadonlySet<keyof Files> = new Set<keyof Files>(["write", "append", "sync", "syncDirectory"])

const outcomeOf = (operation: keyof Files, reason: StorageFailure["reason"]): StorageFailure["outcome"] => {
  if (readOnly.has(operation)) return "none"
  if (reason === "io") return "unknown"
  // Every other refusal is given before anything changes.
  return reason === "full" && partial.has(operation) ? "unknown" : "none"
}

const codeOf = (cause: unknown): string =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : ""

export interface FileCall {
  readonly operation: keyof Files
  readonly path: string
}

/** A failure of a known reason; `cause` explains it further. */
export const failureOf = (
  call: FileCall,
  problem: { readonly reason: StorageFailure["reason"]; readonly cause?: unknown }
): StorageFailure =>
  new StorageFailure({
    operation: verbs[call.operation],
    path: call.path,
    reason: problem.reason,
    outcome: outcomeOf(call.operation, problem.reason),
    ...(problem.cause === undefined ? {} : { cause: problem.cause })
  })

const reasonOf = ({ operation }: FileCall, code: string): StorageFailure["reason"] =>
  // An existing directory is fine, so what exists is a file in its place.
  operation === "makeDirectory" && code === "EEXIST" ? "invalid" : (reasons[code] ?? "io")

/** Classifies what Node threw; a code that is not known counts as an input/output error of unknown outcome. */
export const fileFailure = (call: FileCall, cause: unknown): StorageFailure =>
  failureOf(call, { reason: reasonOf(call, codeOf(cause)), cause })
