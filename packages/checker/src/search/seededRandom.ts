/** Random whole numbers below a limit, the same for the same seed everywhere. Source: Marsaglia, Xorshift RNGs, 2003. */
export const seededRandom = (seed: number): ((below: number) => number) => {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) | 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return Math.floor(((state >>> 0) / 0x1_0000_0000) * below)
  }
}
