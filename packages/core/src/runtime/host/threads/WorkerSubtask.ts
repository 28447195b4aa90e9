import type { SubtaskEvent } from "../../../protocol/subtaskMachine.ts"
import type { SubtaskHandle, SubtaskTotals, SubtaskUsage } from "../../SubtaskHandle.ts"
import type { BuiltSubtask } from "./messages.ts"

/** A subtask in a worker thread, as the coordinator's thread sees it. */
export class WorkerSubtask implements SubtaskHandle {
  readonly id: string
  readonly task: string
  readonly index: number
  readonly isSource: boolean
  readonly #post: (event: SubtaskEvent) => void
  #totals: SubtaskTotals
  #usage: SubtaskUsage

  constructor(built: BuiltSubtask, post: (event: SubtaskEvent) => void) {
    this.id = built.id
    this.task = built.task
    this.index = built.index
    this.isSource = built.isSource
    this.#totals = built.totals
    this.#usage = built.usage
    this.#post = post
  }

  post(event: SubtaskEvent): void {
    this.#post(event)
  }

  totals(): SubtaskTotals {
    return this.#totals
  }

  usage(): SubtaskUsage {
    return this.#usage
  }

  /** The worker has counted further. */
  counted(totals: SubtaskTotals, usage: SubtaskUsage): void {
    this.#totals = totals
    this.#usage = usage
  }
}
