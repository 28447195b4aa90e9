/**
 * What a claim rests on: from which checkpoint the attempt goes on, and whether the pipeline fits it. Everything that
 * forbids an attempt is found here, before anything is written.
 */
import { Data, Effect } from "effect"
import {
  CheckpointUnknown,
  type FormatTooNew,
  type NothingToRestore,
  type OutputAhead,
  PipelineChanged,
  type SinkFailure,
  type StorageFailure
} from "../model/errors.ts"
import type { CheckpointId } from "../model/ids.ts"
import { keyGroupCount } from "../model/keyGroups.ts"
import { checkOperators } from "../pipeline/checkOperators.ts"
import type { Resume } from "../protocol/policy.ts"
import { decideResume } from "../protocol/resumeDecider.ts"
import type { LogContent, Manifest } from "../storage/index.ts"
import { askWitnesses, openSinks } from "./Attempt.ts"
import type { JobContext } from "./JobContext.ts"
import { loadRestorePoint, type RestorePoint } from "./restorePoint.ts"

/** The log says that there is nothing to do. */
export class AlreadyEnded extends Data.TaggedError("AlreadyEnded")<{
  readonly end: "finished" | "cancelled"
  /** Records that the sources had emitted. */
  readonly records: number
}> {}

const decisionOf = ({ view }: LogContent, resume: Resume) =>
  decideResume({ resume, completed: view.completed.map(({ manifest }) => manifest.id), end: view.end })

/** The checkpoints that may be restored, newest first. */
const restoreCandidates = (content: LogContent, resume: Resume): ReadonlyArray<Manifest> => {
  const decision = decisionOf(content, resume)
  if (decision._tag !== "Start") return []
  return decision.candidates.flatMap((id) =>
    content.view.completed.filter(({ manifest }) => manifest.id === id).map(({ manifest }) => manifest)
  )
}

/** What an attempt goes on from. */
export interface ClaimDecision {
  /** The newest checkpoint that is to count from here on, or null for an empty start. */
  readonly resumesFrom: CheckpointId | null
  /** The newest of them that can be read, loaded. */
  readonly point: RestorePoint
}

type Refusal =
  | AlreadyEnded
  | CheckpointUnknown
  | PipelineChanged
  | NothingToRestore
  | FormatTooNew
  | OutputAhead
  | SinkFailure
  | StorageFailure

/**
 * Decides it, loads it, and asks the sinks what is visible, all before the claim: a refusal leaves the log as it was.
 * A claim stands only right above what was read here, so that nothing can have changed in between.
 */
export const decideClaim = Effect.fnUntraced(function* (
  job: Pick<JobContext, "plan" | "operators" | "storage" | "settings">,
  content: LogContent,
  resume: Resume
): Effect.fn.Return<ClaimDecision, Refusal> {
  const { plan, settings, storage } = job
  const { pipeline } = plan
  const { completed, term } = content.view
  const decision = decisionOf(content, resume)
  if (decision._tag === "AlreadyEnded") {
    return yield* new AlreadyEnded({ end: decision.end, records: completed.at(-1)?.manifest.records ?? 0 })
  }
  if (decision._tag === "Unknown") {
    const available = completed.map(({ manifest }) => manifest.id)
    return yield* new CheckpointUnknown({ job: pipeline, checkpoint: decision.from, available })
  }
  const candidates = restoreCandidates(content, resume)
  const newest = candidates[0]
  const problems = newest === undefined ? [] : fitProblems(job, newest)
  if (newest !== undefined && problems.length > 0) {
    return yield* new PipelineChanged({ pipeline, checkpoint: newest.id, problems })
  }
  const point = yield* loadRestorePoint(storage, pipeline, candidates)
  const restored = point.manifest?.id ?? null
  const ask = Effect.flatMap(openSinks(plan, term + 1), (sessions) =>
    askWitnesses({ plan, sessions, restored, rewindOutput: settings.rewindOutput })
  )
  yield* Effect.scoped(ask)
  return { resumesFrom: newest?.id ?? null, point }
})

const fitProblems = ({ operators }: Pick<JobContext, "operators">, manifest: Manifest): ReadonlyArray<string> => [
  ...(manifest.keyGroups === keyGroupCount
    ? []
    : [`It has ${manifest.keyGroups} key groups and this version uses ${keyGroupCount}.`]),
  ...checkOperators(manifest.operators, operators)
]
