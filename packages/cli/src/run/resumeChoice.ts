/** Reads `--resume`: a word, or the checkpoint or savepoint to start from. */
import { existsSync, realpathSync } from "node:fs"
import type { JobOptions } from "@tidemark/core"
import {
  type CheckpointStorage,
  decodeLogEntry,
  type FormatTooNew,
  readLog,
  type SnapshotCorrupt,
  type StorageFailure
} from "@tidemark/core/storage"
import { Effect } from "effect"
import { UsageInvalid } from "../failures.ts"

export type Resume = NonNullable<JobOptions["resume"]>

const words: ReadonlyArray<Resume> = ["latest", "on-failure", "never"]

/**
 * Reads the choice. `claim` says whose the checkpoint is that a path, an id or `savepoint` names: null leaves it as it is.
 * Fails: for a path that is no manifest in the log of this job, and for `claim` without a checkpoint that is named.
 */
export const chooseResume = Effect.fnUntraced(function* (
  given: string,
  claim: boolean | null,
  job: LoggedJob
): Effect.fn.Return<Resume, UsageInvalid | StorageFailure | FormatTooNew | SnapshotCorrupt> {
  const word = words.find((candidate) => candidate === given)
  if (word !== undefined) {
    if (claim === null) return word
    const flag = claim ? "--claim" : "--no-claim"
    return yield* new UsageInvalid({
      message: `${flag} is about a checkpoint that --resume names, and --resume ${given} names none. Leave it out.`
    })
  }
  const from = yield* nameCheckpoint(given, job)
  return claim === null ? { from } : { from, mode: claim ? "claim" : "no-claim" }
})

interface LoggedJob {
  readonly name: string
  readonly storage: CheckpointStorage
}

const nameCheckpoint = Effect.fnUntraced(function* (given: string, job: LoggedJob) {
  if (/^\d+$/.test(given)) return Number(given)
  const refuse = (problem: string) =>
    new UsageInvalid({
      message:
        `--resume ${given}: ${problem} Use latest, on-failure, never, savepoint, or the id or the path of a completed ` +
        "checkpoint or savepoint as `tidemark checkpoints list` shows them."
    })
  if (given !== "savepoint" && !existsSync(given)) return yield* refuse("there is no such file.")
  const reader = yield* Effect.catchIf(
    job.storage.inspect(job.name),
    (failure) => failure.reason === "missing",
    () => Effect.fail(refuse(`job "${job.name}" has no checkpoints in ${job.storage.location}.`))
  )
  if (given === "savepoint") {
    const newest = (yield* readLog(reader)).view.savepoints.at(-1)
    return newest?.manifest.id ?? (yield* refuse(`job "${job.name}" has no savepoint in ${job.storage.location}.`))
  }
  const path = realpathSync(given)
  const slot = (yield* reader.listEntries).find((candidate) => isSameFile(reader.pathOf({ slot: candidate }), path))
  if (slot === undefined) {
    return yield* refuse(`it is no entry in the log of job "${job.name}" in ${job.storage.location}.`)
  }
  const entry = yield* Effect.fromResult(decodeLogEntry(given, yield* reader.readEntry(slot)))
  if (entry._tag !== "Manifest") return yield* refuse(`it is an entry of another kind (${entry._tag}), no checkpoint.`)
  return entry.id
})

const isSameFile = (listed: string, path: string): boolean => existsSync(listed) && realpathSync(listed) === path
