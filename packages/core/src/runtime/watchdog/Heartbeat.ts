/**
 * What the task loops of a thread show of themselves in shared memory: which subtask is at work, and how many turns
 * there have been. HOT: two stores per turn of a loop, nothing per record.
 */
import type { SubtaskId } from "../../model/ids.ts"
import type { PhysicalPlan } from "../../pipeline/PhysicalPlan.ts"

/** A subtask as the watchdog names it. */
export interface WatchedSubtask {
  readonly id: SubtaskId
  /** Operators of its chain, in order. */
  readonly operators: ReadonlyArray<string>
}

/** The subtasks of these numbers, in the order in which every thread knows them. */
export const watchedSubtasks = (plan: PhysicalPlan, indexes: ReadonlyArray<number>): ReadonlyArray<WatchedSubtask> =>
  plan.tasks.flatMap(({ id, steps }) =>
    indexes.map((index) => ({ id: `${id}#${index}`, operators: steps.map(({ uid }) => uid) }))
  )

export const heartbeatBytes = 8
/** 0, or one more than the number of the subtask at work. */
export const atWork = 0
export const turns = 1

export class Heartbeat {
  readonly memory: SharedArrayBuffer
  readonly #cells: Int32Array
  readonly #places: ReadonlyMap<string, number>

  constructor(memory: SharedArrayBuffer, subtasks: ReadonlyArray<WatchedSubtask>) {
    this.memory = memory
    this.#cells = new Int32Array(memory)
    this.#places = new Map(subtasks.map(({ id }, place) => [id, place]))
  }

  placeOf(subtask: SubtaskId): number {
    return this.#places.get(subtask) ?? -1
  }

  begin(place: number): void {
    Atomics.add(this.#cells, turns, 1)
    Atomics.store(this.#cells, atWork, place + 1)
  }

  end(): void {
    Atomics.store(this.#cells, atWork, 0)
  }
}
