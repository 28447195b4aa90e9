import { SourceFailure } from "@tidemark/core/connector"
import { Effect } from "effect"

/** Wraps what Node's file system reported while reading a source. */
export const readFailure = (path: string, cause: unknown): SourceFailure => {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined
  if (code === "ENOENT" || code === "ENOTDIR") {
    return failure(path, "missing", "it does not exist. Check the path.", cause)
  }
  if (code === "EACCES" || code === "EPERM") {
    return failure(path, "denied", "permission denied. Make it readable for this user.", cause)
  }
  if (code === "EISDIR") return failure(path, "missing", "it is a directory, not a file. Check the path.", cause)
  const text = cause instanceof Error ? cause.message : String(cause)
  return new SourceFailure({
    path,
    reason: "io",
    detail: `it cannot be read: ${text}. Check the disk; the job resumes from its last checkpoint.`,
    retry: "restart",
    cause
  })
}

const failure = (path: string, reason: "missing" | "denied", detail: string, cause: unknown): SourceFailure =>
  new SourceFailure({ path, reason, detail, retry: "never", cause })

/** The input is not the one that the job began with. */
export const changedFailure = (path: string, what: string): SourceFailure =>
  new SourceFailure({
    path,
    reason: "changed",
    detail: `${what} since the job began. Restore the original file, or start over with --resume never.`,
    retry: "never"
  })

/** Runs one operation of Node's file system on a source. */
export const triedRead = <A>(path: string, run: () => Promise<A>): Effect.Effect<A, SourceFailure> =>
  Effect.tryPromise({ try: run, catch: (cause) => readFailure(path, cause) })
