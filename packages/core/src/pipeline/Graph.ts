/**
 * The logical graph of a pipeline: what the user wrote, in order, unchecked. It is made of lines: one from the first
 * source to the first sink, one into every union from each of its other sources, one behind every side output to a sink.
 */
import type { Duration, Schema } from "effect"
import type { Sink } from "../connector/Sink.ts"
import type { Source } from "../connector/Source.ts"
import type { AggregateSpec } from "../operator/Aggregate.ts"
import type { Erased } from "../operator/erase.ts"
import type { KeyOf } from "../operator/keySelector.ts"
import type { AnyMapAsyncOptions, AsyncMap } from "../operator/mapAsync.ts"
import type { ListFunctions, Lists } from "../operator/process/ListProcess.ts"
import type { ProcessFunctions, States } from "../operator/process/ProcessContext.ts"
import type { AnySideOutput, IgnoredSide } from "../operator/SideOutput.ts"
import type { Window } from "../operator/Window.ts"

export type AnySchema = Schema.Codec<unknown, unknown>

export type LogicalOperator =
  | {
      readonly _tag: "EventTime"
      readonly assign: Erased<number | Date>
      readonly outOfOrderness: Duration.Input
      /** Null where splits are never left out of the watermark. */
      readonly idleAfter: Duration.Input | null
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
      /** Where late records go; null if they are dropped. */
      readonly late: AnySideOutput | null
    }
  | {
      readonly _tag: "Process"
      readonly uid: string
      readonly functions: ProcessFunctions
      readonly states: States
      readonly sides: ReadonlyArray<AnySideOutput>
      readonly schema: AnySchema | null
    }
  | {
      readonly _tag: "ListProcess"
      readonly uid: string
      readonly functions: ListFunctions
      readonly lists: Lists
      readonly sides: ReadonlyArray<AnySideOutput>
      readonly schema: AnySchema | null
    }
  | {
      readonly _tag: "MapAsync"
      readonly uid: string
      readonly call: AsyncMap["call"]
      readonly options: AnyMapAsyncOptions
    }
  | {
      readonly _tag: "Union"
      readonly uid: string
      /** The lines that join; null for what is no stream, as plain JavaScript may answer. */
      readonly others: ReadonlyArray<Graph | null>
    }

/** A line of operators. */
export interface Graph {
  readonly name: string
  readonly source: { readonly uid: string; readonly source: Source<unknown> }
  readonly operators: ReadonlyArray<LogicalOperator>
}

/** A finished pipeline: from a source over operators to a sink; a value that nothing has checked or run. */
export interface Pipeline extends Graph {
  readonly sink: { readonly uid: string; readonly sink: Sink<unknown> }
  readonly sides: ReadonlyArray<SideEnd>
}

/** What follows a side output. */
export interface SideEnd {
  readonly side: AnySideOutput
  /** The line behind it; null for what is no finished line, as plain JavaScript may answer. */
  readonly next: Pipeline | IgnoredSide | null
}

export const append = (graph: Graph, operator: LogicalOperator): Graph => ({
  ...graph,
  operators: [...graph.operators, operator]
})

/** The side outputs that an operator declares. */
export const sidesOf = (operator: LogicalOperator): ReadonlyArray<AnySideOutput> => {
  if (operator._tag === "WindowAggregate") return operator.late === null ? [] : [operator.late]
  if (operator._tag === "Process" || operator._tag === "ListProcess") return operator.sides
  return []
}

/** A line and all lines that join it, the line itself first. */
export const linesInto = (line: Graph): ReadonlyArray<Graph> => [
  line,
  ...line.operators.flatMap((operator) =>
    operator._tag === "Union" ? operator.others.flatMap((other) => (other === null ? [] : linesInto(other))) : []
  )
]

/** A pipeline and the lines behind its side outputs, and behind theirs; itself first. */
export const finishedLines = (pipeline: Pipeline): ReadonlyArray<Pipeline> => [
  pipeline,
  ...pipeline.sides.flatMap(({ next }) => (next === null || !("sink" in next) ? [] : finishedLines(next)))
]

export const sideEndsOf = (pipeline: Pipeline): ReadonlyArray<SideEnd> =>
  finishedLines(pipeline).flatMap(({ sides }) => sides)

export const sinksOf = (pipeline: Pipeline): ReadonlyArray<Pipeline["sink"]> =>
  finishedLines(pipeline).map(({ sink }) => sink)

/** In the order in which they are written; what stands at the beginning of a side output's line is no source. */
export const sourcesOf = (pipeline: Pipeline): ReadonlyArray<Graph["source"]> =>
  finishedLines(pipeline)
    .flatMap((line, index) => linesInto(line).slice(index === 0 ? 0 : 1))
    .map(({ source }) => source)
