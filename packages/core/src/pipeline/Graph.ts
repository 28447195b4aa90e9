/** The logical graph of a pipeline: what the user wrote, in order, unchecked. Today a line from one source to one sink. */
import type { Duration, Schema } from "effect"
import type { Sink } from "../connector/Sink.ts"
import type { Source } from "../connector/Source.ts"
import type { AggregateSpec } from "../operator/Aggregate.ts"
import type { Erased } from "../operator/erase.ts"
import type { KeyOf } from "../operator/keySelector.ts"
import type { Window } from "../operator/Window.ts"

export type AnySchema = Schema.Codec<unknown, unknown>

export type LogicalOperator =
  | {
      readonly _tag: "EventTime"
      readonly assign: Erased<number | Date>
      readonly outOfOrderness: Duration.Input
    }
  | { readonly _tag: "Filter"; readonly uid: string | null; readonly keeps: Erased<boolean> }
  | {
      readonly _tag: "Map"
      readonly uid: string | null
      readonly f: Erased<unknown>
      readonly schema: AnySchema | null
    }
  | {
      readonly _tag: "FlatMap"
      readonly uid: string | null
      readonly f: Erased<ReadonlyArray<unknown>>
      readonly schema: AnySchema | null
    }
  | {
      readonly _tag: "KeyBy"
      readonly of: KeyOf
      /** Null where it is derived from the schema of the records. */
      readonly schema: AnySchema | null
    }
  | {
      readonly _tag: "Reduce"
      readonly uid: string
      readonly reduce: (left: unknown, right: unknown) => unknown
    }
  | {
      readonly _tag: "WindowAggregate"
      readonly uid: string
      readonly window: Window
      readonly spec: AggregateSpec<never>
    }

export interface Graph {
  readonly name: string
  readonly source: { readonly uid: string; readonly source: Source<unknown> }
  readonly operators: ReadonlyArray<LogicalOperator>
}

/** A finished pipeline: from a source over operators to a sink; a value that nothing has checked or run. */
export interface Pipeline extends Graph {
  readonly sink: { readonly uid: string; readonly sink: Sink<unknown> }
}

export const append = (graph: Graph, operator: LogicalOperator): Graph => ({
  ...graph,
  operators: [...graph.operators, operator]
})
