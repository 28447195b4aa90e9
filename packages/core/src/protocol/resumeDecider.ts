/**
 * Decides from what a run starts, given what the log says (rule 10).
 *
 * `on-failure` resumes unless the job has finished or was cancelled, `latest` also after a cancellation; `never` starts
 * over. A checkpoint named by the user is taken as it is.
 */
import type { CheckpointId } from "../model/ids.ts"
import type { Resume } from "./policy.ts"

export type ResumeDecision =
  | { readonly _tag: "Start"; readonly candidates: ReadonlyArray<CheckpointId> }
  /** There is nothing to do: the job has ended before. */
  | { readonly _tag: "AlreadyEnded"; readonly end: "finished" | "cancelled" }
  /** The checkpoint that the user named does not stand. */
  | { readonly _tag: "Unknown"; readonly from: CheckpointId }

export interface ResumeFacts {
  readonly resume: Resume
  /** Completed checkpoints that count, ascending. */
  readonly completed: ReadonlyArray<CheckpointId>
  readonly end: "finished" | "cancelled" | null
}

/** Candidates come newest first; none means an empty start. */
export const decideResume = ({ resume, completed, end }: ResumeFacts): ResumeDecision => {
  if (typeof resume === "object") {
    return completed.includes(resume.from)
      ? { _tag: "Start", candidates: [resume.from] }
      : { _tag: "Unknown", from: resume.from }
  }
  if (resume === "never") return { _tag: "Start", candidates: [] }
  if (end === "finished" || (end === "cancelled" && resume === "on-failure")) return { _tag: "AlreadyEnded", end }
  return { _tag: "Start", candidates: [...completed].reverse() }
}
