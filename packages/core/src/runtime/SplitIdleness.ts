/**
 * Which splits have had no records for so long that nobody shall wait for their watermarks.
 *
 * Time passes only while the source is asked: a split of a task that waits for room downstream is not idle (FLINK-18934).
 */
export class SplitIdleness {
  readonly #idleAfterMs: number
  readonly #now: () => number
  /** When a split was last heard of, in milliseconds of asking; a split that is missing was never. */
  readonly #heard = new Map<string, number>()
  #heardAny = 0
  #askedMs = 0
  #lastAsked: number | null = null

  constructor(options: { readonly idleAfterMs: number; readonly now: () => number }) {
    this.#idleAfterMs = options.idleAfterMs
    this.#now = options.now
  }

  /** The source is asked for records. */
  asked(): void {
    const now = this.#now()
    // A clock that was set back takes no time away.
    if (this.#lastAsked !== null) this.#askedMs += Math.max(0, now - this.#lastAsked)
    this.#lastAsked = now
  }

  /** From now on, until it is asked again, the source is not asked. */
  paused(): void {
    if (this.#lastAsked !== null) this.asked()
    this.#lastAsked = null
  }

  /** A split has records, or is new. */
  heard(split: string): void {
    this.#heard.set(split, this.#askedMs)
    this.#heardAny = this.#askedMs
  }

  forget(split: string): void {
    this.#heard.delete(split)
  }

  isIdle(split: string): boolean {
    return this.#askedMs - (this.#heard.get(split) ?? 0) >= this.#idleAfterMs
  }

  /** Whether no split at all was heard of for so long. */
  get isSilent(): boolean {
    return this.#askedMs - this.#heardAny >= this.#idleAfterMs
  }
}
