/**
 * What a window keeps of its records. The built-in aggregates are descriptions rather than closures, so that the
 * generator of chains inlines them.
 */
import type { Schema } from "effect"
import { type Erased, eraseAdder, eraseFunction } from "./erase.ts"

const typeId: unique symbol = Symbol.for("@tidemark/core/Aggregate")

/** Aggregates values of type A to a result of type R. */
export interface Aggregate<in A, out R> {
  readonly [typeId]: AggregateDescription
  /** Carries the types; never present. */
  readonly "~types"?: (value: A) => R
}

/** Where a numeric aggregate finds its number. */
export type NumberOf =
  | { readonly _tag: "Field"; readonly field: string }
  | { readonly _tag: "Function"; readonly f: Erased<number> }

export type AggregateDescription =
  | { readonly kind: "count"; readonly predicate: Erased<boolean> | null }
  | { readonly kind: "sum" | "min" | "max" | "mean"; readonly of: NumberOf }
  | CustomDescription

export interface CustomDescription {
  readonly kind: "custom"
  readonly schema: Schema.Codec<unknown, unknown>
  readonly create: () => unknown
  readonly add: (accumulator: unknown, value: unknown) => unknown
  readonly result: Erased<unknown>
  readonly resultSchema: Schema.Codec<unknown, unknown>
  readonly copy: Erased<unknown>
}

/** One aggregate, or a struct of them. */
export type AggregateSpec<A> = Aggregate<A, unknown> | { readonly [field: string]: Aggregate<A, unknown> }

/** What an {@link AggregateSpec} comes to. */
export type AggregateResult<S> =
  S extends Aggregate<never, infer R>
    ? R
    : { readonly [F in keyof S]: S[F] extends Aggregate<never, infer R> ? R : never }

export interface CustomAggregate<A, S, R> {
  /** Schema of the accumulator, which is part of every snapshot. */
  readonly schema: Schema.Codec<S, unknown>
  readonly create: () => NoInfer<S>
  /** Answers the accumulator with a value added; may change the one it is given only if `copy` is given. */
  readonly add: (accumulator: NoInfer<S>, value: A) => NoInfer<S>
  readonly result: (accumulator: NoInfer<S>) => NoInfer<R>
  readonly resultSchema: Schema.Codec<R, unknown>
  /** An independent copy of an accumulator; left out for accumulators that are never changed in place. */
  readonly copy?: (accumulator: NoInfer<S>) => NoInfer<S>
}

interface Count extends Aggregate<unknown, number> {
  <A>(predicate: (value: A) => boolean): Aggregate<A, number>
}

interface NumericAggregate {
  <F extends string>(field: F): Aggregate<{ readonly [P in F]: number }, number>
  <A>(of: (value: A) => number): Aggregate<A, number>
}

const aggregate = <A, R>(description: AggregateDescription): Aggregate<A, R> => ({ [typeId]: description })

const numeric =
  (kind: "sum" | "min" | "max" | "mean"): NumericAggregate =>
  <A>(of: string | ((value: A) => number)) =>
    aggregate<A, number>({
      kind,
      of: typeof of === "string" ? { _tag: "Field", field: of } : { _tag: "Function", f: eraseFunction(of) }
    })

const count: Count = Object.assign(
  <A>(predicate: (value: A) => boolean) => aggregate<A, number>({ kind: "count", predicate: eraseFunction(predicate) }),
  aggregate<unknown, number>({ kind: "count", predicate: null })
)

const custom = <A, S, R>(options: CustomAggregate<A, S, R>): Aggregate<A, R> =>
  aggregate({
    kind: "custom",
    schema: options.schema,
    create: options.create,
    add: eraseAdder(options.add),
    result: eraseFunction(options.result),
    resultSchema: options.resultSchema,
    copy: options.copy === undefined ? (accumulator) => accumulator : eraseFunction(options.copy)
  })

/** Tells one aggregate from a struct of them. */
export const isAggregate = <A>(spec: AggregateSpec<A>): spec is Aggregate<A, unknown> => typeId in spec

export const describeAggregate = (of: Aggregate<never, unknown>): AggregateDescription => of[typeId]

/**
 * Aggregates for windows, alone or in a struct. In a struct the compiler tells functions what they are given; for one
 * alone write the type: `Aggregate.count((flight: Flight) => flight.delay > 15)`.
 */
export const Aggregate = {
  /** Counts all records, or with `Aggregate.count(predicate)` those for which it holds. */
  count,
  /** Sum of a numeric field or of what a function answers. */
  sum: numeric("sum"),
  /** Smallest number; NaN if any is. */
  min: numeric("min"),
  /** Largest number; NaN if any is. */
  max: numeric("max"),
  /** Arithmetic mean. */
  mean: numeric("mean"),
  /** An aggregate of your own; its accumulator needs a schema, since it is stored. */
  custom
} as const
