/** Lets a number of records pass per second; holds at most what one second gives, and at least one record. */
export class TokenBucket {
  readonly #perMs: number
  readonly #most: number
  #tokens = 1
  #since: number

  constructor(perSecond: number, now: number) {
    this.#perMs = perSecond / 1000
    this.#most = Math.max(1, perSecond)
    this.#since = now
  }

  /** Records that may pass now. */
  tokens(now: number): number {
    this.#tokens = Math.min(this.#most, this.#tokens + Math.max(0, now - this.#since) * this.#perMs)
    this.#since = now
    return Math.floor(this.#tokens + 1e-9)
  }

  take(records: number): void {
    this.#tokens -= records
  }

  /** Milliseconds until one record may pass. */
  waitMs(now: number): number {
    return this.tokens(now) >= 1 ? 0 : Math.max(1, Math.ceil((1 - this.#tokens) / this.#perMs))
  }
}
