/** Callers who wait for a checkpoint that is triggered after they asked. */
import { Deferred, Effect } from "effect"
import { CheckpointRefused } from "../model/errors.ts"
import type { CheckpointId } from "../model/ids.ts"

type Waiter = Deferred.Deferred<CheckpointId, CheckpointRefused>

export class CheckpointRequests {
  #unassigned: Array<Waiter> = []
  readonly #assigned = new Map<CheckpointId, ReadonlyArray<Waiter>>()

  /** Waits for the outcome of the next checkpoint that is triggered. */
  readonly next: Effect.Effect<CheckpointId, CheckpointRefused> = Effect.suspend(() => {
    const waiter = Deferred.makeUnsafe<CheckpointId, CheckpointRefused>()
    this.#unassigned.push(waiter)
    return Deferred.await(waiter)
  })

  triggered(id: CheckpointId): void {
    this.#assigned.set(id, this.#unassigned)
    this.#unassigned = []
  }

  completed(id: CheckpointId): void {
    this.#settle(id, Effect.succeed(id))
  }

  invalidated(id: CheckpointId, reason: string): void {
    this.#settle(id, Effect.fail(new CheckpointRefused({ checkpoint: id, reason })))
  }

  /** The machine refused the newest request. */
  refused(reason: string): void {
    const waiter = this.#unassigned.pop()
    if (waiter !== undefined) {
      Deferred.doneUnsafe(waiter, Effect.fail(new CheckpointRefused({ checkpoint: null, reason })))
    }
  }

  /** The job has ended: nobody is left to answer. */
  end(): void {
    for (const id of [...this.#assigned.keys()]) this.invalidated(id, "the job has ended")
    while (this.#unassigned.length > 0) this.refused("the job has ended")
  }

  #settle(id: CheckpointId, outcome: Effect.Effect<CheckpointId, CheckpointRefused>): void {
    for (const waiter of this.#assigned.get(id) ?? []) Deferred.doneUnsafe(waiter, outcome)
    this.#assigned.delete(id)
  }
}
