/**
 * What a pipeline compiles to: tasks (chains of operators) joined by exchanges. Pure data and pure functions; the same
 * plan serves every parallelism.
 */
import type { Schema } from "effect"
import type { Sink } from "../connector/Sink.ts"
import type { Source } from "../connector/Source.ts"
import type { OperatorUid, TaskId } from "../model/ids.ts"
import type { KeySelector } from "../operator/keySelector.ts"
import type { OperatorStep } from "../operator/OperatorStep.ts"

export type { KeySelector }

export interface PhysicalPlan {
  readonly pipeline: string
  /** In topological order; sources first. */
  readonly tasks: ReadonlyArray<TaskPlan>
}

export interface TaskPlan {
  readonly id: TaskId
  /** Tasks that have become part of this one, see fuseExchanges.ts; in order. */
  readonly fused: ReadonlyArray<TaskId>
  readonly input: TaskInput
  /** Chained operators between input and output; may be empty. */
  readonly steps: ReadonlyArray<OperatorStep>
  readonly output: TaskOutput
}

export type TaskInput =
  | {
      readonly _tag: "Source"
      readonly uid: OperatorUid
      readonly source: Source<unknown>
      /** Milliseconds; null where no event time is assigned. */
      readonly outOfOrdernessMs: number | null
    }
  | { readonly _tag: "Exchange"; readonly from: ReadonlyArray<TaskId> }

export type TaskOutput =
  | {
      readonly _tag: "Exchange"
      readonly to: TaskId
      readonly key: KeySelector
      /** Schema of the records that cross. */
      readonly record: Schema.Codec<unknown, unknown>
      /** Whether a state behind the exchange is kept by key group. If none is, only the choice of a subtask asks for it. */
      readonly needsGroups: boolean
    }
  | { readonly _tag: "Sink"; readonly uid: OperatorUid; readonly sink: Sink<unknown> }
