/** Numbers in [0, 1) that depend on the seed alone: a linear congruential generator. */
export const seededNumbers = (seed: number): (() => number) => {
  let state = (Math.imul(seed, 7_919) + 1) >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
