/** A sink with two-phase commit whose output a test reads: what is committed, and what a failure would still take back. */
import { Effect, Schema } from "effect"
import type { Sink, SinkSession } from "../../connector/Sink.ts"
import type { Json } from "../../model/Json.ts"

interface Written {
  readonly sequence: number
  readonly value: unknown
}

interface Transaction {
  readonly checkpoint: number
  readonly values: ReadonlyArray<Written>
  isCommitted: boolean
}

export class TestOutput {
  readonly sink: Sink<unknown>
  readonly #transactions = new Map<string, Transaction>()
  /** Written in the running attempt and not yet part of a transaction. */
  #open: ReadonlyArray<Array<Written>> = []
  #sequence = 0
  #names = 0
  /** Read and forgotten by `take`. */
  #taken = 0

  constructor(uid: string, schema: Schema.Codec<unknown, unknown> = Schema.Unknown) {
    this.sink = {
      description: `test output "${uid}"`,
      schema,
      delivery: "two-phase",
      isThreadLocal: true,
      open: () => Effect.sync(() => this.#session())
    }
  }

  /** In the order in which the sink was given them. */
  values(): ReadonlyArray<unknown> {
    const pending = [...this.#transactions.values()].flatMap(({ values }) => values)
    return inOrder([...pending, ...this.#open.flat()])
  }

  committed(): ReadonlyArray<unknown> {
    return inOrder([...this.#transactions.values()].flatMap(({ isCommitted, values }) => (isCommitted ? values : [])))
  }

  /** What has come since the last call. */
  take(): ReadonlyArray<unknown> {
    const values = this.values()
    const fresh = values.slice(this.#taken)
    this.#taken = values.length
    return fresh
  }

  #session(): SinkSession<unknown> {
    // Of an attempt that has ended: its checkpoints were never completed.
    this.#open = []
    return {
      highestVisible: Effect.sync(() => {
        const ids = [...this.#transactions.values()].flatMap((of) => (of.isCommitted ? [of.checkpoint] : []))
        return ids.length === 0 ? null : Math.max(...ids)
      }),
      rewind: null,
      rollback: (keep) =>
        Effect.sync(() => {
          const kept = new Set(keep.map(nameOf))
          for (const [name, { isCommitted }] of this.#transactions) {
            if (!isCommitted && !kept.has(name)) this.#transactions.delete(name)
          }
        }),
      commit: (names) =>
        Effect.sync(() => {
          for (const name of names) {
            const transaction = this.#transactions.get(nameOf(name))
            // One of the run that a snapshot was taken from is not ours to show.
            if (transaction !== undefined) transaction.isCommitted = true
          }
        }),
      writer: () => Effect.sync(() => this.#writer())
    }
  }

  #writer() {
    const written: Array<Written> = []
    this.#open = [...this.#open, written]
    return {
      write: (value: unknown): void => {
        written.push({ sequence: this.#sequence++, value })
      },
      isFull: () => false,
      flush: Effect.void,
      prepare: (checkpoint: number): Effect.Effect<Json | null> => {
        if (written.length === 0) return Effect.succeed(null)
        const name = `${this.#names++}`
        this.#transactions.set(name, { checkpoint, values: written.splice(0), isCommitted: false })
        return Effect.succeed({ transaction: name })
      }
    }
  }
}

const nameOf = (transaction: Json): string =>
  typeof transaction === "object" && transaction !== null && "transaction" in transaction
    ? String(transaction.transaction)
    : ""

const inOrder = (written: ReadonlyArray<Written>): ReadonlyArray<unknown> =>
  written.toSorted((a, b) => a.sequence - b.sequence).map(({ value }) => value)
