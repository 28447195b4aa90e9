/** Callers who wait for a savepoint: each gets one of its own, in the order in which they asked. */
import { Deferred, Effect } from "effect"
import { SavepointRefused } from "../model/errors.ts"
import type { CheckpointId } from "../model/ids.ts"

/** A savepoint that stands, and where its manifest is: what a restore names. */
export interface Savepoint {
  readonly id: CheckpointId
  readonly path: string
}

type Waiter = Deferred.Deferred<Savepoint, SavepointRefused>

export class SavepointRequests {
  readonly #waiting: Array<Waiter> = []
  readonly #pending = new Map<CheckpointId, Waiter>()

  /** Waits for the savepoint that the request, made by `ask`, leads to. */
  readonly next = (ask: () => void): Effect.Effect<Savepoint, SavepointRefused> =>
    Effect.suspend(() => {
      const waiter = Deferred.makeUnsafe<Savepoint, SavepointRefused>()
      this.#waiting.push(waiter)
      ask()
      return Deferred.await(waiter)
    })

  triggered(id: CheckpointId): void {
    const waiter = this.#waiting.shift()
    if (waiter !== undefined) this.#pending.set(id, waiter)
  }

  completed(savepoint: Savepoint): void {
    this.#settle(savepoint.id, Effect.succeed(savepoint))
  }

  invalidated(id: CheckpointId, reason: string): void {
    this.#settle(id, Effect.fail(new SavepointRefused({ savepoint: id, reason })))
  }

  /** The machine refused the newest request. */
  refused(reason: string): void {
    const waiter = this.#waiting.pop()
    if (waiter !== undefined) {
      Deferred.doneUnsafe(waiter, Effect.fail(new SavepointRefused({ savepoint: null, reason })))
    }
  }

  /** The job has ended: nobody is left to answer. */
  end(): void {
    for (const id of [...this.#pending.keys()]) this.invalidated(id, "ended")
    while (this.#waiting.length > 0) this.refused("ended")
  }

  #settle(id: CheckpointId, outcome: Effect.Effect<Savepoint, SavepointRefused>): void {
    const waiter = this.#pending.get(id)
    if (waiter !== undefined) Deferred.doneUnsafe(waiter, outcome)
    this.#pending.delete(id)
  }
}
