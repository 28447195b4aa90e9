/**
 * What a claim rests on: from which checkpoint the attempt goes on, and whether the pipeline fits it. Everything that
 * forbids an attempt is found here, before anything is written.
 */
import { resolve } from "node:path"
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
import type { RestoreMode } from "../model/RestoreMode.ts"
import { checkOperators } from "../pipeline/checkOperators.ts"
import type { Resume } from "../protocol/policy.ts"
import { decideResume } from "../protocol/resumeDecider.ts"
import { type ClaimChoice, isKept, type LogContent, type Manifest, type PlacedManifest } from "../storage/index.ts"
import { askWitnesses, openSinks } from "./Attempt.ts"
import type { JobContext } from "./JobContext.ts"
import type { ResumeChoice } from "./JobOptions.ts"
import { loadRestorePoint, type RestorePoint } from "./restorePoint.ts"

/** The log says that there is nothing to do. */
export class AlreadyEnded extends Data.TaggedError("AlreadyEnded")<{
  readonly end: "finished" | "cancelled"
  /** Records that the sources had emitted. */
  readonly records: number
}> {}

const decisionOf = ({ view }: LogContent, resume: Resume) =>
  decideResume({
    resume,
    completed: view.completed.map(({ manifest }) => manifest),
    savepoints: view.savepoints.map(({ manifest }) => manifest.id),
    end: view.end
  })

/** What may be restored by name. */
const restorable = ({ view }: LogContent): ReadonlyArray<PlacedManifest> => [...view.completed, ...view.savepoints]

/** The checkpoint that the user named, by id or by the path of its entry. */
const nameCheckpoint = (
  { storage }: Pick<JobContext, "storage">,
  content: LogContent,
  from: CheckpointId | string
): CheckpointId | null => {
  if (typeof from === "number") return from
  const path = resolve(from)
  return restorable(content).find(({ slot }) => resolve(storage.pathOf({ slot })) === path)?.manifest.id ?? null
}

/** The checkpoints that may be restored, newest first. */
const restoreCandidates = (content: LogContent, resume: Resume): ReadonlyArray<Manifest> => {
  const decision = decisionOf(content, resume)
  if (decision._tag !== "Start") return []
  return decision.candidates.flatMap((id) =>
    restorable(content)
      .filter(({ manifest }) => manifest.id === id)
      .slice(0, 1)
      .map(({ manifest }) => manifest)
  )
}

/** What an attempt goes on from. */
export interface ClaimDecision extends ClaimChoice {
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
  asked: ResumeChoice
): Effect.fn.Return<ClaimDecision, Refusal> {
  const { plan, settings, storage } = job
  const { pipeline } = plan
  const { completed, savepoints, term } = content.view
  const available = [...new Set([...completed, ...savepoints].map(({ manifest }) => manifest.id))].sort((a, b) => a - b)
  const from = typeof asked === "object" ? nameCheckpoint(job, content, asked.from) : null
  if (typeof asked === "object" && from === null) {
    return yield* new CheckpointUnknown({ job: pipeline, checkpoint: asked.from, available })
  }
  const resume: Resume = typeof asked === "object" ? { from: from ?? 0 } : asked
  const decision = decisionOf(content, resume)
  if (decision._tag === "AlreadyEnded") {
    return yield* new AlreadyEnded({ end: decision.end, records: completed.at(-1)?.manifest.records ?? 0 })
  }
  if (decision._tag === "Unknown") {
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
  const resumesFrom = newest?.id ?? null
  if (typeof asked !== "object" || newest === undefined) return { resumesFrom, point }
  return { resumesFrom, restores: asked.mode ?? defaultMode(content, newest), point }
})

/** What is the user's stays the user's, what is the job's stays the job's. */
const defaultMode = ({ view }: LogContent, manifest: Manifest): RestoreMode =>
  isKept(view, manifest) ? "no-claim" : "claim"

const fitProblems = ({ operators }: Pick<JobContext, "operators">, manifest: Manifest): ReadonlyArray<string> => [
  ...(manifest.keyGroups === keyGroupCount
    ? []
    : [`It has ${manifest.keyGroups} key groups and this version uses ${keyGroupCount}.`]),
  ...checkOperators(manifest.operators, operators)
]
