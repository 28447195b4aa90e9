/**
 * SEAM: the only unchecked casts of operators and pipelines. The fluent builder has checked that a user's function or
 * sink takes what the stream carries; behind it records are `unknown`, since a chain joins operators of many types.
 */
import type { Sink } from "../connector/Sink.ts"
import type { Timestamp } from "../model/time.ts"
import type { Aged } from "../state/ExpiringTable.ts"
import type { KeyedTable } from "../state/KeyedTable.ts"
import type { AnyMapAsyncOptions, AsyncFunction, AsyncMap, MapAsyncOptions } from "./mapAsync.ts"
import type { ListFunctions, ListProcessDefinition, Lists } from "./process/ListProcess.ts"
import type { ProcessDefinition, ProcessFunctions, States } from "./process/ProcessContext.ts"

/** A function of a record whose type the builder has checked. */
export type Erased<B> = (value: unknown) => B

export const eraseFunction = <A, B>(f: (value: A) => B): Erased<B> => f as Erased<B>

export const eraseReducer = <A>(f: (left: A, right: A) => A): ((left: unknown, right: unknown) => unknown) =>
  f as (left: unknown, right: unknown) => unknown

export const eraseAdder = <S, A>(
  f: (accumulator: S, value: A) => S
): ((accumulator: unknown, value: unknown) => unknown) => f as (accumulator: unknown, value: unknown) => unknown

/** The table of a step's timers, which the step has described itself. */
export const timersIn = (table: KeyedTable<unknown>): KeyedTable<Array<Timestamp>> =>
  table as KeyedTable<Array<Timestamp>>

/** The table of a state with a time to live, which the step has described itself. */
export const agedIn = (table: KeyedTable<unknown>): KeyedTable<Aged<unknown>> => table as KeyedTable<Aged<unknown>>

/** The functions of a process operator; the builder has checked them against its states, its schema and its key. */
export const eraseProcess = <A, K, S extends States, B>({
  onElement,
  onProcessingTimer,
  onTimer
}: ProcessDefinition<A, K, S, B>): ProcessFunctions => ({
  onElement: onElement as ProcessFunctions["onElement"],
  onTimer: (onTimer ?? null) as ProcessFunctions["onTimer"],
  onProcessingTimer: (onProcessingTimer ?? null) as ProcessFunctions["onProcessingTimer"]
})

/** The functions of a process operator over lists. */
export const eraseListProcess = <A, L extends Lists, B>({
  onElement,
  onEnd
}: ListProcessDefinition<A, L, B>): ListFunctions => ({
  onElement: onElement as ListFunctions["onElement"],
  onEnd: (onEnd ?? null) as ListFunctions["onEnd"]
})

/** A function of `mapAsync` and its options. */
export const eraseAsync = <A, B>(
  call: AsyncFunction<A, B>,
  options: MapAsyncOptions<A, B>
): { readonly call: AsyncMap["call"]; readonly options: AnyMapAsyncOptions } => ({
  call: call as AsyncMap["call"],
  options: { ...options, onTimeout: options.onTimeout === undefined ? null : eraseFunction(options.onTimeout) }
})

export const eraseSink = <A>(sink: Sink<A>): Sink<unknown> => sink as Sink<unknown>
