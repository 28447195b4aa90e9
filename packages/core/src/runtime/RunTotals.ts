/** Counts over the attempts of a process: those that have ended, and the one that runs. */
import { minWatermark, type Timestamp } from "../model/time.ts"
import type { SubtaskHandle, SubtaskTotals } from "./SubtaskHandle.ts"

export interface Totals {
  readonly recordsIn: number
  readonly recordsOut: number
  readonly skippedRecords: number
  readonly lateByOperator: Readonly<Record<string, number>>
}

const nothing: Totals = { recordsIn: 0, recordsOut: 0, skippedRecords: 0, lateByOperator: {} }

export class RunTotals {
  #ended: Totals = nothing
  #records = 0
  #watermark: Timestamp | null = null
  #subtasks: ReadonlyArray<SubtaskHandle> = []

  /** A new attempt begins; what the former one counted is kept. */
  begin(subtasks: ReadonlyArray<SubtaskHandle>): void {
    this.end()
    this.#subtasks = subtasks
  }

  end(): void {
    this.#ended = this.totals()
    this.#records = this.position()
    this.#watermark = this.watermark()
    this.#subtasks = []
  }

  /** The job had ended before this run; so far its sources had come. */
  noteEnded(records: number): void {
    this.#records = records
  }

  totals(): Totals {
    return this.#subtasks.map((subtask) => subtask.totals()).reduce(add, this.#ended)
  }

  position(): number {
    if (this.#subtasks.length === 0) return this.#records
    return this.#subtasks.reduce((sum, subtask) => sum + subtask.totals().position, 0)
  }

  watermark(): Timestamp | null {
    if (this.#subtasks.length === 0) return this.#watermark
    const lowest = Math.min(...this.#subtasks.map((subtask) => subtask.totals().watermark))
    return lowest === minWatermark ? null : lowest
  }
}

const add = (totals: Totals, subtask: SubtaskTotals): Totals => {
  const late = { ...totals.lateByOperator }
  for (const [operator, count] of Object.entries(subtask.late)) late[operator] = (late[operator] ?? 0) + count
  return {
    recordsIn: totals.recordsIn + subtask.recordsIn,
    recordsOut: totals.recordsOut + subtask.recordsOut,
    skippedRecords: totals.skippedRecords + subtask.skipped,
    lateByOperator: late
  }
}
