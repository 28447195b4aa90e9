/**
 * Where the subtasks of an attempt work: in the thread of the coordinator, or in threads of their own. A host that is
 * another process or machine gives the same.
 */
import type { Effect, Scope } from "effect"
import type { PhysicalPlan } from "../../pipeline/PhysicalPlan.ts"
import type { AttemptContext } from "../AttemptContext.ts"
import type { JobSettings } from "../JobOptions.ts"
import type { Sessions } from "../openOutputs.ts"
import type { RestorePoint } from "../restorePoint.ts"
import type { SplitState } from "../SplitReader.ts"
import type { SubtaskHandle } from "../SubtaskHandle.ts"

/** What an attempt's subtasks are built from. */
export interface AttemptPlan {
  readonly plan: PhysicalPlan
  readonly settings: JobSettings
  readonly attempt: AttemptContext
  readonly point: RestorePoint
  readonly sessions: Sessions
  /** The splits of every source, by uid. */
  readonly splits: ReadonlyMap<string, ReadonlyArray<SplitState>>
}

/** Subtasks that are built and restored. They end with the scope in which they were built. */
export interface HostedSubtasks {
  readonly subtasks: ReadonlyArray<SubtaskHandle>
  /** Lets their loops run; what goes wrong from then on is told to the attempt. */
  readonly run: Effect.Effect<void, never, Scope.Scope>
}

export interface SubtaskHost {
  /** An attempt is near: what takes long and needs nothing of it may begin. */
  readonly prepare: () => void
  readonly build: (attempt: AttemptPlan) => Effect.Effect<HostedSubtasks, unknown, Scope.Scope>
}
