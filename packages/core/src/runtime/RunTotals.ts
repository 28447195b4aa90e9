/** Counts over the attempts of a process: those that have ended, and the one that runs. */
import { minWatermark, type Timestamp } from "../model/time.ts"
import { SinkOutput } from "./Outputs.ts"
import type { SubtaskRuntime } from "./SubtaskRuntime.ts"

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
  #subtasks: ReadonlyArray<SubtaskRuntime> = []

  /** A new attempt begins; what the former one counted is kept. */
  begin(subtasks: ReadonlyArray<SubtaskRuntime>): void {
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
    return this.#subtasks.reduce(add, this.#ended)
  }

  position(): number {
    if (this.#subtasks.length === 0) return this.#records
    return this.#subtasks.reduce((sum, { parts }) => sum + parts.input.records(), 0)
  }

  watermark(): Timestamp | null {
    if (this.#subtasks.length === 0) return this.#watermark
    const lowest = Math.min(...this.#subtasks.map(({ parts }) => parts.chain.watermark()))
    return lowest === minWatermark ? null : lowest
  }
}

const add = (totals: Totals, { parts }: SubtaskRuntime): Totals => {
  const late = { ...totals.lateByOperator }
  for (const [operator, count] of parts.chain.lateRecords()) late[operator] = (late[operator] ?? 0) + count
  return {
    recordsIn: totals.recordsIn + parts.input.emitted(),
    recordsOut: totals.recordsOut + (parts.output instanceof SinkOutput ? parts.output.collected() : 0),
    skippedRecords: totals.skippedRecords + parts.input.skipped(),
    lateByOperator: late
  }
}
