/**
 * SEAM: the only unchecked casts of operators and pipelines. The fluent builder has checked that a user's function or
 * sink takes what the stream carries; behind it records are `unknown`, since a chain joins operators of many types.
 */
import type { Sink } from "../connector/Sink.ts"

/** A function of a record whose type the builder has checked. */
export type Erased<B> = (value: unknown) => B

export const eraseFunction = <A, B>(f: (value: A) => B): Erased<B> => f as Erased<B>

export const eraseReducer = <A>(f: (left: A, right: A) => A): ((left: unknown, right: unknown) => unknown) =>
  f as (left: unknown, right: unknown) => unknown

export const eraseAdder = <S, A>(
  f: (accumulator: S, value: A) => S
): ((accumulator: unknown, value: unknown) => unknown) => f as (accumulator: unknown, value: unknown) => unknown

export const eraseSink = <A>(sink: Sink<A>): Sink<unknown> => sink as Sink<unknown>
