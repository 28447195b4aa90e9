/** Counts over the attempts of a process: those that have ended, and the one that runs. */
import type { TaskId } from "../model/ids.ts"
import { minWatermark, type Timestamp } from "../model/time.ts"
import type { SubtaskHandle, SubtaskTotals, SubtaskUsage } from "./SubtaskHandle.ts"

export interface Totals {
  readonly recordsIn: number
  readonly recordsOut: number
  readonly skippedRecords: number
  readonly lateByOperator: Readonly<Record<string, number>>
  readonly byTask: ReadonlyMap<TaskId, TaskTotals>
}

/** Of a task's source and of its sink. */
export interface TaskTotals {
  readonly recordsIn: number
  readonly recordsOut: number
  readonly skippedRecords: number
}

const ofTask: TaskTotals = { recordsIn: 0, recordsOut: 0, skippedRecords: 0 }
const nothing: Totals = { ...ofTask, lateByOperator: {}, byTask: new Map() }

/** A subtask of the running attempt, for metrics. */
export interface SubtaskView {
  readonly task: TaskId
  readonly index: number
  readonly totals: SubtaskTotals
  readonly usage: SubtaskUsage
}

export class RunTotals {
  #ended: Totals = nothing
  #records = 0
  #watermark: Timestamp | null = null
  #subtasks: ReadonlyArray<SubtaskHandle> = []
  #states: SubtaskUsage["states"] = []

  /** A new attempt begins; what the former one counted is kept. */
  begin(subtasks: ReadonlyArray<SubtaskHandle>): void {
    this.end()
    this.#subtasks = subtasks
  }

  end(): void {
    this.#ended = this.totals()
    this.#records = this.position()
    this.#watermark = this.watermark()
    this.#states = this.states()
    this.#subtasks = []
  }

  /** The job had ended before this run; so far its sources had come. */
  noteEnded(records: number): void {
    this.#records = records
  }

  /** None between two attempts. */
  subtasks(): ReadonlyArray<SubtaskView> {
    return this.#subtasks.map((subtask) => ({
      task: subtask.task,
      index: subtask.index,
      totals: subtask.totals(),
      usage: subtask.usage()
    }))
  }

  states(): SubtaskUsage["states"] {
    return this.#subtasks.length === 0 ? this.#states : this.#subtasks.flatMap((subtask) => subtask.usage().states)
  }

  totals(): Totals {
    return this.#subtasks.reduce((sum, subtask) => add(sum, subtask.totals(), subtask.task), this.#ended)
  }

  position(): number {
    if (this.#subtasks.length === 0) return this.#records
    return this.#subtasks.reduce((sum, subtask) => sum + subtask.totals().position, 0)
  }

  watermark(): Timestamp | null {
    if (this.#subtasks.length === 0) return this.#watermark
    const totals = this.#subtasks.map((subtask) => subtask.totals())
    const active = totals.filter(({ isIdle }) => !isIdle)
    const lowest = Math.min(...(active.length > 0 ? active : totals).map(({ watermark }) => watermark))
    return lowest === minWatermark ? null : lowest
  }
}

const add = (totals: Totals, subtask: SubtaskTotals, task: TaskId): Totals => {
  const late = { ...totals.lateByOperator }
  for (const [operator, count] of Object.entries(subtask.late)) late[operator] = (late[operator] ?? 0) + count
  return {
    ...addTo(totals, subtask),
    lateByOperator: late,
    byTask: new Map([...totals.byTask, [task, addTo(totals.byTask.get(task) ?? ofTask, subtask)]])
  }
}

const addTo = (totals: TaskTotals, subtask: SubtaskTotals): TaskTotals => ({
  recordsIn: totals.recordsIn + subtask.recordsIn,
  recordsOut: totals.recordsOut + subtask.recordsOut,
  skippedRecords: totals.skippedRecords + subtask.skipped
})
