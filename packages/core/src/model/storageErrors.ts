/** What can go wrong with the storage of checkpoints, and with what was read back from it. */
import { Data } from "effect"
import { causeText, type Retry } from "./failure.ts"
import type { CheckpointId } from "./ids.ts"

/**
 * An operation of a storage backend or of a file failed.
 *
 * `outcome: "none"` the operation had no effect; `"unknown"` it may have happened or may still happen (rule 2).
 */
export class StorageFailure extends Data.TaggedError("StorageFailure")<{
  readonly operation: string
  readonly path: string
  readonly reason:
    | "missing"
    | "exists"
    | "full"
    | "denied"
    | "invalid"
    | "io"
    | "timeout"
    | "corrupt"
    | "key"
    | "quorum"
  readonly outcome: "none" | "unknown"
  readonly cause?: unknown
}> {
  get retry(): Retry {
    return this.reason === "key" ? "never" : "restart"
  }
  override get message(): string {
    const detail = this.cause === undefined ? "" : ` (${causeText(this.cause)})`
    return `Storage could not ${this.operation} ${this.path}: ${storageAdvice[this.reason]}${detail}`
  }
}

const storageAdvice: Record<StorageFailure["reason"], string> = {
  missing: "it does not exist. Check the path, or restore the file from a backup.",
  exists: "it exists already. Objects are written once; another process may use the same directory.",
  full: "no space is left on the device. Free some space and run again; nothing that was completed is lost.",
  denied: "permission denied. Make the directory writable for this user.",
  invalid: "the path or name cannot be used for this. Choose another one.",
  io: "the device reported an input/output error. Check the disk.",
  timeout: "no answer within the time limit. The outcome is unknown until the log has been read again.",
  corrupt: "its content is not what was written. Restore it from a backup, or resume from another checkpoint.",
  key: "the keys at hand do not fit. Add the key it names to the keys of the storage; nothing was changed.",
  quorum: "too few stores answered as they must. Repair or reconnect the ones named, and run again."
}

/** Another process holds the checkpoint directory. */
export class StorageLocked extends Data.TaggedError("StorageLocked")<{
  readonly path: string
  readonly holder: string
  readonly since: string
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    return (
      `Checkpoint directory ${this.path} is in use by ${this.holder} since ${this.since}. ` +
      "Stop that process or use another directory."
    )
  }
}

/** Another leader took over the job's log: this process must stop at once. */
export class Fenced extends Data.TaggedError("Fenced")<{ readonly job: string; readonly slot: number }> {
  readonly retry: Retry = "never"
  override get message(): string {
    return (
      `Job "${this.job}" was taken over by another process (log entry ${this.slot} is not ours). ` +
      "This process stops; nothing it had not completed becomes visible."
    )
  }
}

/** A stored object or log entry cannot be read back as it was written. */
export class SnapshotCorrupt extends Data.TaggedError("SnapshotCorrupt")<{
  readonly object: string
  readonly checkpoint: CheckpointId | null
  readonly problem: string
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    const where = this.checkpoint === null ? "" : ` of checkpoint ${this.checkpoint}`
    return (
      `State object ${this.object}${where} is damaged: ${this.problem}. ` +
      "Restore the file from a backup, or resume from another checkpoint."
    )
  }
}

/** A manifest was written by a newer version of Tidemark. */
export class FormatTooNew extends Data.TaggedError("FormatTooNew")<{
  readonly object: string
  readonly found: number
  readonly supported: number
}> {
  readonly retry: Retry = "never"
  override get message(): string {
    return (
      `${this.object} has format ${this.found}, this version reads up to ${this.supported}. ` +
      "Run the version of Tidemark that wrote it, or a newer one. Nothing was changed."
    )
  }
}
