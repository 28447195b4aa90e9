/**
 * Decides from what a run starts, given what the log says (rule 10).
 *
 * `on-failure` resumes unless the job has finished or was cancelled, `latest` also after a cancellation; `never` starts
 * over. A checkpoint or savepoint named by the user is taken as it is.
 * Keeps: a savepoint is a restore point only where the user has named it, or where the job has stopped with it: then
 *        nothing older is one any more (rule 6).
 */
import { type CheckpointKind, isSavepoint } from "../model/Barrier.ts"
import type { CheckpointId } from "../model/ids.ts"
import type { Resume } from "./policy.ts"

/** Which checkpoints a job may start from, the best first, none for the beginning; or why it does not start. */
export type ResumeDecision =
  | { readonly _tag: "Start"; readonly candidates: ReadonlyArray<CheckpointId> }
  /** There is nothing to do: the job has ended before. */
  | { readonly _tag: "AlreadyEnded"; readonly end: "finished" | "cancelled" }
  /** The checkpoint that the user named does not stand. */
  | { readonly _tag: "Unknown"; readonly from: CheckpointId }

export interface ResumeFacts {
  readonly resume: Resume
  /** Completed checkpoints that count, ascending. */
  readonly completed: ReadonlyArray<{ readonly id: CheckpointId; readonly kind: CheckpointKind }>
  /** Savepoints that stand, whether they count or not. */
  readonly savepoints: ReadonlyArray<CheckpointId>
  readonly end: "finished" | "cancelled" | null
}

/** Candidates come newest first; none means an empty start. */
export const decideResume = ({ resume, completed, savepoints, end }: ResumeFacts): ResumeDecision => {
  if (typeof resume === "object") {
    return savepoints.includes(resume.from) || completed.some(({ id }) => id === resume.from)
      ? { _tag: "Start", candidates: [resume.from] }
      : { _tag: "Unknown", from: resume.from }
  }
  if (resume === "never") return { _tag: "Start", candidates: [] }
  if (end === "finished" || (end === "cancelled" && resume === "on-failure")) return { _tag: "AlreadyEnded", end }
  const floor = completed.findLast(({ kind }) => isSavepoint(kind))?.id ?? 0
  return {
    _tag: "Start",
    candidates: completed
      .map(({ id }) => id)
      .filter((id) => id >= floor)
      .reverse()
  }
}
