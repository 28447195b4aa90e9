/** Numbers that are the same in every run: a 32-bit linear congruential generator, its high bits. */
export interface Random {
  /** A whole number in [0, limit). */
  readonly below: (limit: number) => number
}

export const makeRandom = (seed: number): Random => {
  let state = seed >>> 0
  return {
    below: (limit) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 4294967296) * limit)
    }
  }
}
