/**
 * Wakes a thread that waits. A bell is a counter in shared memory: every ring raises it.
 *
 * D1 No wake-up is lost. Who waits marks itself in the ring, looks again, and only then waits; who writes moves the index
 *    first and looks at the mark then. All four are sequentially consistent, so one of the two sees what the other did:
 *    either the waiting side finds the frame when it looks again, or the writing side finds the mark and rings.
 * D2 No ring is lost. The listener waits for the counter to differ from the value that it has *answered*: a ring that comes
 *    before it waits again makes it return at once.
 */
export type BellMemory = SharedArrayBuffer

export const makeBellMemory = (): BellMemory => new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)

/** The side that rings. */
export class BellRope {
  readonly #rings: Int32Array

  constructor(memory: BellMemory) {
    this.#rings = new Int32Array(memory)
  }

  ring(): void {
    Atomics.add(this.#rings, 0, 1)
    Atomics.notify(this.#rings, 0)
  }
}

/**
 * The side that is woken: one per thread. Waiting does not keep the event loop alive, nor does it block it. Callbacks run
 * in a turn of their own and must not throw.
 */
export class Doorbell {
  readonly #rings: Int32Array
  readonly #listeners = new Set<() => void>()
  #answered: number
  #isClosed = false

  constructor(memory: BellMemory) {
    this.#rings = new Int32Array(memory)
    this.#answered = Atomics.load(this.#rings, 0)
    this.#listen()
  }

  /** Answers what ends it. */
  onRing(callback: () => void): () => void {
    this.#listeners.add(callback)
    return () => this.#listeners.delete(callback)
  }

  /** Nothing is called back afterwards. */
  close(): void {
    this.#isClosed = true
    this.#listeners.clear()
    // Ends the wait itself, which would hold the memory.
    Atomics.add(this.#rings, 0, 1)
    Atomics.notify(this.#rings, 0)
  }

  #listen(): void {
    const waiting = Atomics.waitAsync(this.#rings, 0, this.#answered)
    const rung = waiting.async ? waiting.value : Promise.resolve()
    void rung.then(() => this.#answer())
  }

  #answer(): void {
    if (this.#isClosed) return
    this.#answered = Atomics.load(this.#rings, 0)
    for (const callback of this.#listeners) callback()
    this.#listen()
  }
}
