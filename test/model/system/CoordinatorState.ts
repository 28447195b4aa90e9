/** What the coordinator of the model knows beside its machine. */
import type { CheckpointId, SubtaskId, Term } from "../../../packages/core/src/model/ids.ts"
import type { coordinatorComponent } from "../../../packages/core/src/protocol/components.ts"
import type { Settings } from "./Config.ts"
import type { Place } from "./messages.ts"
import type { ProcessName } from "./names.ts"
import type { Tail } from "./tail.ts"

export type CoordinatorStepper = typeof coordinatorComponent

/** A claim under which this process has appended, or may append. */
export interface HeldTail extends Tail {
  readonly term: Term
  readonly idsEnd: CheckpointId
  readonly resumesFrom: CheckpointId | null
}

export interface CoordinatorState {
  readonly machine: ReturnType<CoordinatorStepper["initial"]>[0]
  /** The running attempt and the nonce of its claim; null between attempts. */
  readonly attempt: { readonly number: number; readonly nonce: number } | null
  /** The newest claim's tail, and older ones that are still appending. */
  readonly tails: ReadonlyArray<HeldTail>
  /** Where completed checkpoints stand, by id. */
  readonly places: ReadonlyArray<Place>
  /**
   * Retired checkpoints whose entries may still stand: what they share with others stays. Empty where checkpoints name no
   * base: then none shares anything.
   */
  readonly retiring: ReadonlyArray<Place>
}

/** What never changes about a coordinator. */
export interface CoordinatorEnvironment {
  readonly settings: Settings
  readonly process: ProcessName
  readonly stepper: CoordinatorStepper
  readonly mailbox: string
  readonly tasks: ReadonlyArray<SubtaskId>
  readonly sinks: ReadonlyArray<SubtaskId>
  readonly isPrompt: boolean
}

/** A timer that has fired and has not been heard yet. */
export interface PostedTimer {
  readonly type: "timer.posted"
  readonly timer: string
}
