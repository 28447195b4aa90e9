/**
 * What a pipeline compiles to: tasks (chains of operators) joined by exchanges, a graph without cycles. Pure data and pure
 * functions; the same plan serves every parallelism.
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
  /** Where its side outputs lead, beside the output; of every tag at most one. */
  readonly sides: ReadonlyArray<SidePlan>
}

export interface SidePlan {
  readonly tag: string
  readonly output: ForwardOutput | { readonly _tag: "Ignored" }
}

export type TaskInput =
  | {
      readonly _tag: "Source"
      readonly uid: OperatorUid
      readonly source: Source<unknown>
      /** Milliseconds; null where no event time is assigned. */
      readonly outOfOrdernessMs: number | null
      /** Milliseconds; null where splits are never left out of the watermark. */
      readonly idleAfterMs: number | null
    }
  | {
      readonly _tag: "Exchange"
      /** All keyed exchanges, or all forward. */
      readonly from: ReadonlyArray<TaskId>
    }

export interface KeyedOutput {
  readonly _tag: "Exchange"
  readonly to: TaskId
  readonly key: KeySelector
  /** Schema of the records that cross. */
  readonly record: Schema.Codec<unknown, unknown>
  /** Whether a state behind the exchange is kept by key group. If none is, only the choice of a subtask asks for it. */
  readonly needsGroups: boolean
}

/** From every subtask to the one of the same index, without a key: it never leaves the thread. */
export interface ForwardOutput {
  readonly _tag: "Forward"
  readonly to: TaskId
  /** Schema of the records that cross. */
  readonly record: Schema.Codec<unknown, unknown>
}

/** An output that leads to another task. */
export type ExchangePlan = KeyedOutput | ForwardOutput

export type TaskOutput =
  | ExchangePlan
  | { readonly _tag: "Sink"; readonly uid: OperatorUid; readonly sink: Sink<unknown> }

/** The exchanges that a task writes to: its output first, then its side outputs. */
export const exchangesOf = ({ output, sides }: TaskPlan): ReadonlyArray<ExchangePlan> => [
  ...(output._tag === "Sink" ? [] : [output]),
  ...sides.flatMap((side) => (side.output._tag === "Forward" ? [side.output] : []))
]
