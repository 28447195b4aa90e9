/** Counts of durations in buckets that are 1 % apart: quantiles of millions of values in little memory. */
const growth = Math.log(1.01)
const smallestMs = 0.001
const buckets = 2_400

export class Histogram {
  readonly #counts = new Float64Array(buckets)
  #count = 0
  #maxMs = 0

  /** HOT */
  add(ms: number): void {
    const bucket = ms <= smallestMs ? 0 : Math.min(buckets - 1, Math.floor(Math.log(ms / smallestMs) / growth))
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#count++
    if (ms > this.#maxMs) this.#maxMs = ms
  }

  get count(): number {
    return this.#count
  }

  get maxMs(): number {
    return this.#maxMs
  }

  /** The least duration that so large a share of all does not exceed; NaN for none. */
  quantile(share: number): number {
    const rank = Math.ceil(this.#count * share)
    let seen = 0
    for (let bucket = 0; bucket < buckets; bucket++) {
      seen += this.#counts[bucket] ?? 0
      if (seen >= rank && seen > 0) return Math.min(this.#maxMs, smallestMs * Math.exp((bucket + 1) * growth))
    }
    return Number.NaN
  }
}
