/**
 * A chain of map, filter, map, ... as a list of steps and as the loop that a hand would write.
 *
 * Results go to a {@link Kept}: it keeps the last ones, so that no contestant may leave the objects unmade.
 */
import type { Schema } from "effect"

export type Step<A> =
  | { readonly _tag: "Map"; readonly f: (value: A) => A }
  | { readonly _tag: "Filter"; readonly keeps: (value: A) => boolean }

export const map = <A>(f: (value: A) => A): Step<A> => ({ _tag: "Map", f })
export const filter = <A>(keeps: (value: A) => boolean): Step<A> => ({ _tag: "Filter", keeps })

/** What a chain does, for the contestants that take it apart. */
export interface Steps<In, A> {
  /** The first operator: always a map. */
  readonly first: (input: In) => A
  readonly rest: ReadonlyArray<Step<A>>
}

export interface Chain<In, A> extends Steps<In, A> {
  readonly kind: string
  readonly inputs: ReadonlyArray<In>
  readonly inputSchema: Schema.Codec<In, unknown>
  readonly schema: Schema.Codec<A, unknown>
  readonly hand: (inputs: ReadonlyArray<In>, kept: Kept<A>) => void
  readonly kept: () => Kept<A>
}

export const lengthOf = <In, A>({ rest }: Steps<In, A>): number => rest.length + 1

/** Where results go. */
export interface Keeper<A> {
  readonly keep: (value: A) => void
}

export interface Kept<A> extends Keeper<A> {
  readonly reset: () => void
  readonly answer: string
}

/** The first n of a list of steps whose first one is a map. */
export const firstSteps = <A>(steps: ReadonlyArray<Step<A>>, length: number): Steps<A, A> => {
  const [first, ...rest] = steps.slice(0, length)
  if (first?._tag !== "Map") throw new Error("A chain begins with a map.")
  return { first: first.f, rest }
}
