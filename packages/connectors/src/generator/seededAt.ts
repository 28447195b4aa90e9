/** Numbers in [0, 1) that depend on seed and index only: splitmix32, begun at a mix of both. HOT per record. */
export const seededAt = (seed: number, index: number): (() => number) => {
  let state = mixed(mixed(low(seed) ^ mixed(high(seed))) ^ mixed(low(index) + 0x632be59b) ^ mixed(high(index)))
  return () => {
    state = (state + 0x9e3779b9) | 0
    return (mixed(state) >>> 0) / 4_294_967_296
  }
}

const low = (value: number): number => value | 0

const high = (value: number): number => Math.floor(value / 4_294_967_296) | 0

const mixed = (value: number): number => {
  let bits = value
  bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad)
  bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97)
  return bits ^ (bits >>> 15)
}
