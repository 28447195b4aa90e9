/** Bytes of an object with their sizes and checksum, and how several are compressed or decompressed while others are made. */
import { Effect, Fiber } from "effect"
import { checksumText, loadChecksum } from "./checksum.ts"
import { compress } from "./compression.ts"

/** What a header says of some bytes: uncompressed, as stored, xxHash64 of the stored ones. Equal sizes: not compressed. */
export interface StoredSize {
  readonly size: number
  readonly stored: number
  readonly sum: string
}

export interface StoredBytes extends StoredSize {
  readonly bytes: Uint8Array
}

/** Compresses bytes and sums them up. The answer may be the very bytes that were given. `expected` as in {@link compress}. */
export const storeBytes = (bytes: Uint8Array, expected?: number): Effect.Effect<StoredBytes> =>
  Effect.flatMap(loadChecksum, (checksum) =>
    Effect.map(compress(bytes, expected), (stored) => ({
      size: bytes.length,
      stored: stored.length,
      sum: checksumText(checksum(stored)),
      bytes: stored
    }))
  )

/** Tasks on the thread pool, answered in the order in which they were begun, a few of them at a time. */
export class InFlight<A> {
  readonly #max: number
  readonly #running: Array<Fiber.Fiber<A>> = []

  constructor(max: number) {
    this.#max = max
  }

  get isFull(): boolean {
    return this.#running.length >= this.#max
  }

  get isEmpty(): boolean {
    return this.#running.length === 0
  }

  begin(task: Effect.Effect<A>): Effect.Effect<void> {
    return Effect.map(Effect.forkChild(task, { startImmediately: true }), (fiber) => {
      this.#running.push(fiber)
    })
  }

  /** Waits for the oldest; nothing if there is none. */
  readonly next: Effect.Effect<A | null> = Effect.suspend(() => {
    const fiber = this.#running.shift()
    return fiber === undefined ? Effect.succeed(null) : Fiber.join(fiber)
  })
}
