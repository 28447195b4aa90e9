/** Counts the records of all sources on the data plane, for `Trigger.count`: at most one event per `n` records. */
export class RecordCounter {
  readonly #every: number
  readonly #onReached: () => void
  #since = 0
  #isArmed = true

  constructor(every: number, onReached: () => void) {
    this.#every = every
    this.#onReached = onReached
  }

  /** HOT per batch. */
  add(records: number): void {
    this.#since += records
    if (!this.#isArmed || this.#since < this.#every) return
    this.#isArmed = false
    this.#onReached()
  }

  /** A checkpoint was triggered: counting begins anew. */
  restart(): void {
    this.#since = 0
    this.#isArmed = true
  }
}
