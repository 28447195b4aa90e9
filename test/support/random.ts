import { seededRandom } from "../../packages/core/src/testing/seededRandom.ts"

/** Choices drawn from a seed: the same seed makes the same choices on every machine. */
export interface Random {
  /** An integer in `[0, below)`. */
  readonly below: (below: number) => number
  readonly chance: (probability: number) => boolean
  readonly pick: <A>(values: ReadonlyArray<A>) => A | undefined
}

export const makeRandom = (seed: number): Random => {
  const next = seededRandom(seed)
  return {
    below: (below) => Math.floor(next() * below),
    chance: (probability) => next() < probability,
    pick: (values) => values[Math.floor(next() * values.length)]
  }
}
