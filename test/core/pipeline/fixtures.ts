/** A source and sinks that are only named in plans, and the records of the pipeline tests. */
import { Pipeline } from "@tidemark/core"
import type { Sink, Source } from "@tidemark/core/connector"
import { Effect, Result, Schema } from "effect"
import type { PhysicalPlan } from "../../../packages/core/src/pipeline/PhysicalPlan.ts"

export const Visit = Schema.Struct({ page: Schema.String, size: Schema.Number, at: Schema.Number })
export type Visit = typeof Visit.Type

export const sourceOf = <A>(schema: Schema.Codec<A, unknown>): Source<A> => ({
  description: "memory",
  schema,
  isBounded: true,
  isTimeOrdered: false,
  discover: Effect.succeed([]),
  validate: () => Effect.void,
  open: () => Effect.never
})

export const sinkOf = <A>(schema: Schema.Codec<A, unknown>): Sink<A> => ({
  description: "nowhere",
  schema,
  delivery: "two-phase",
  open: () => Effect.never
})

export const visits = (name = "visits") => Pipeline.make(name).from("visits", sourceOf(Visit))

export const compiled = (pipeline: Pipeline): PhysicalPlan => Result.getOrThrow(Pipeline.compile(pipeline))

/** The problems of a pipeline that must not compile. */
export const problemsOf = (pipeline: Pipeline): ReadonlyArray<string> => {
  const result = Pipeline.compile(pipeline)
  return Result.isFailure(result) ? result.failure.problems : []
}
