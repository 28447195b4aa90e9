/** What a subtask of the model knows beside its machine. */
import type { CheckpointId, SubtaskId, Term } from "../../../packages/core/src/model/ids.ts"
import type { Prepared } from "../../../packages/core/src/protocol/committerMessages.ts"
import type { subtaskComponent } from "../../../packages/core/src/protocol/components.ts"
import type { DesignMutant } from "./Config.ts"
import type { ProcessName } from "./names.ts"
import type { Plane } from "./Plane.ts"
import type { Edge } from "./plan.ts"
import type { Position } from "./snapshots.ts"

export type SubtaskStepper = typeof subtaskComponent

export interface TaskState {
  readonly machine: ReturnType<SubtaskStepper["initial"]>[0]
  readonly plane: Plane
}

/** What a subtask begins with. */
export interface TaskInput {
  readonly attempt: number
  readonly term: Term
  /** The restored checkpoint; 0 for an empty start. */
  readonly restored: CheckpointId
  /** Its data had ended: a source takes nothing more. */
  readonly isDrained: boolean
  readonly position: Position
  readonly prepared: ReadonlyArray<Prepared>
}

/** What never changes about a subtask. */
export interface TaskEnvironment {
  readonly process: ProcessName
  readonly task: SubtaskId
  readonly stepper: SubtaskStepper
  readonly inputs: ReadonlyArray<string>
  readonly outputs: ReadonlyArray<Edge>
  readonly isSink: boolean
  readonly records: number
  readonly hasEnd: boolean
  readonly isPrompt: boolean
  readonly isIncremental: boolean
  readonly mutant: DesignMutant | null
}
