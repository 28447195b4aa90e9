/** What our claim of the log says of the checkpoints that stand in it, and what we say of them under it. */
import { Effect } from "effect"
import { endsData } from "../model/Barrier.ts"
import type { Fenced, StorageFailure } from "../model/errors.ts"
import type { CheckpointId } from "../model/ids.ts"
import type { Claimed } from "../protocol/jobMessages.ts"
import { isKept, type LogWriter } from "../storage/index.ts"
import { type JobContext, timeOf } from "./JobContext.ts"
import type { RestorePoint } from "./restorePoint.ts"

/** What counts from here on and is the job's, and what is the user's. */
export const standing = ({ view }: LogWriter): Pick<Claimed, "recorded" | "kept"> => {
  const idsOf = (isWanted: (kept: boolean) => boolean, from: typeof view.completed) =>
    from.filter(({ manifest }) => isWanted(isKept(view, manifest))).map(({ manifest }) => manifest.id)
  const kept = idsOf((isUsers) => isUsers, [...view.completed, ...view.savepoints])
  return {
    recorded: idsOf((isUsers) => !isUsers, view.completed),
    kept: [...new Set(kept)].sort((a, b) => a - b)
  }
}

/**
 * The restored checkpoint was taken at the end of all data and the log says to go on from it: what is left is to commit
 * it once more and to finish. A user who names it wants the sources to go on from where they were drained.
 */
export const isDrained = ({ view }: LogWriter, { manifest }: RestorePoint): boolean =>
  manifest !== null && endsData(manifest.kind) && view.restored?.id !== manifest.id

/** Rule 8: found corrupt, and nothing visible depends on it: said once and for all in the log. Answers which. */
export const invalidateCorrupt = Effect.fnUntraced(function* (
  job: JobContext,
  writer: LogWriter,
  point: RestorePoint
): Effect.fn.Return<ReadonlyArray<CheckpointId>, Fenced | StorageFailure> {
  for (const { manifest, failure } of point.corrupt) {
    yield* Effect.logWarning(failure.message)
    yield* writer.append({
      _tag: "Invalidation",
      term: writer.term,
      id: manifest.id,
      reason: "corrupt",
      at: timeOf(job),
      detail: failure.problem
    })
  }
  return point.corrupt.map(({ manifest }) => manifest.id)
})
