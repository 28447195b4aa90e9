import type { SinkSession } from "../connector/Sink.ts"
import type { SubtaskId } from "../model/ids.ts"
import type { ChainInstance } from "../operator/ChainInstance.ts"
import type { Prepared } from "../protocol/committerMachine.ts"
import type { SubtaskState } from "../state/SubtaskState.ts"
import type { TaskOutput } from "./Outputs.ts"
import type { Signal } from "./Signal.ts"
import type { TaskInput } from "./TaskInput.ts"
import type { SubtaskEnds } from "./Transport.ts"

/** What a subtask is made of, restored and opened, before it runs. */
export interface SubtaskParts {
  readonly id: SubtaskId
  readonly task: string
  readonly index: number
  readonly signal: Signal
  readonly turnsBeforeWaiting: SubtaskEnds["turnsBeforeWaiting"]
  readonly input: TaskInput
  readonly output: TaskOutput
  readonly chain: ChainInstance
  readonly state: SubtaskState
  /** The sink's session and uid, for a task that ends in a sink. */
  readonly sink: { readonly uid: string; readonly session: SinkSession<unknown>; readonly isTwoPhase: boolean } | null
  /** Transactions of the restored checkpoint that this subtask has to commit. */
  readonly prepared: ReadonlyArray<Prepared>
}
