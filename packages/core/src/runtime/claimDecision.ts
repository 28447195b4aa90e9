/**
 * What a claim rests on: from which checkpoint the attempt goes on, and whether the pipeline fits it. Everything that
 * forbids an attempt is found here, before anything is written.
 */
import { Data, Effect } from "effect"
import { CheckpointUnknown, PipelineChanged } from "../model/errors.ts"
import type { CheckpointId } from "../model/ids.ts"
import { keyGroupCount } from "../model/keyGroups.ts"
import { checkOperators } from "../pipeline/checkOperators.ts"
import type { Resume } from "../protocol/policy.ts"
import { decideResume } from "../protocol/resumeDecider.ts"
import type { LogContent, Manifest } from "../storage/index.ts"
import type { JobContext } from "./JobContext.ts"

/** The log says that there is nothing to do. */
export class AlreadyEnded extends Data.TaggedError("AlreadyEnded")<{
  readonly end: "finished" | "cancelled"
  /** Records that the sources had emitted. */
  readonly records: number
}> {}

const decisionOf = ({ view }: LogContent, resume: Resume) =>
  decideResume({ resume, completed: view.completed.map(({ manifest }) => manifest.id), end: view.end })

/** The checkpoints that may be restored, newest first. */
export const restoreCandidates = (content: LogContent, resume: Resume): ReadonlyArray<Manifest> => {
  const decision = decisionOf(content, resume)
  if (decision._tag !== "Start") return []
  return decision.candidates.flatMap((id) =>
    content.view.completed.filter(({ manifest }) => manifest.id === id).map(({ manifest }) => manifest)
  )
}

/** The newest checkpoint that is to count from here on, or null for an empty start. */
export const decideClaim = (
  job: Pick<JobContext, "plan" | "operators">,
  content: LogContent,
  resume: Resume
): Effect.Effect<CheckpointId | null, AlreadyEnded | CheckpointUnknown | PipelineChanged> => {
  const { pipeline } = job.plan
  const { completed } = content.view
  const decision = decisionOf(content, resume)
  if (decision._tag === "AlreadyEnded") {
    return Effect.fail(new AlreadyEnded({ end: decision.end, records: completed.at(-1)?.manifest.records ?? 0 }))
  }
  if (decision._tag === "Unknown") {
    const available = completed.map(({ manifest }) => manifest.id)
    return Effect.fail(new CheckpointUnknown({ job: pipeline, checkpoint: decision.from, available }))
  }
  const newest = restoreCandidates(content, resume)[0]
  if (newest === undefined) return Effect.succeed(null)
  const problems = fitProblems(job, newest)
  return problems.length === 0
    ? Effect.succeed(newest.id)
    : Effect.fail(new PipelineChanged({ pipeline, checkpoint: newest.id, problems }))
}

const fitProblems = ({ operators }: Pick<JobContext, "operators">, manifest: Manifest): ReadonlyArray<string> => [
  ...(manifest.keyGroups === keyGroupCount
    ? []
    : [`It has ${manifest.keyGroups} key groups and this version uses ${keyGroupCount}.`]),
  ...checkOperators(manifest.operators, operators)
]
