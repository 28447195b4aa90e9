/** Reads `--resume`: a word, or the path of the manifest to start from. */
import { existsSync, realpathSync } from "node:fs"
import type { JobOptions } from "@tidemark/core"
import {
  type CheckpointStorage,
  decodeLogEntry,
  type FormatTooNew,
  type SnapshotCorrupt,
  type StorageFailure
} from "@tidemark/core/storage"
import { Effect } from "effect"
import { UsageInvalid } from "../failures.ts"

export type Resume = NonNullable<JobOptions["resume"]>

const words: ReadonlyArray<Resume> = ["latest", "on-failure", "never"]

/** Fails: for a path that is no manifest in the log of this job. */
export const chooseResume = Effect.fnUntraced(function* (
  given: string,
  job: { readonly name: string; readonly storage: CheckpointStorage }
): Effect.fn.Return<Resume, UsageInvalid | StorageFailure | FormatTooNew | SnapshotCorrupt> {
  const word = words.find((candidate) => candidate === given)
  if (word !== undefined) return word
  const refuse = (problem: string) =>
    new UsageInvalid({
      message:
        `--resume ${given}: ${problem} Use latest, on-failure, never, or the path of a completed checkpoint's ` +
        "log entry as `tidemark checkpoints list` shows it."
    })
  if (!existsSync(given)) return yield* refuse("there is no such file.")
  const reader = yield* Effect.catchIf(
    job.storage.inspect(job.name),
    (failure) => failure.reason === "missing",
    () => Effect.fail(refuse(`job "${job.name}" has no checkpoints in ${job.storage.location}.`))
  )
  const path = realpathSync(given)
  const slot = (yield* reader.listEntries).find((candidate) => isSameFile(reader.pathOf({ slot: candidate }), path))
  if (slot === undefined) {
    return yield* refuse(`it is no entry in the log of job "${job.name}" in ${job.storage.location}.`)
  }
  const entry = yield* Effect.fromResult(decodeLogEntry(given, yield* reader.readEntry(slot)))
  if (entry._tag !== "Manifest") return yield* refuse(`it is an entry of another kind (${entry._tag}), no checkpoint.`)
  return { from: entry.id }
})

const isSameFile = (listed: string, path: string): boolean => existsSync(listed) && realpathSync(listed) === path
