import type { SubtaskId } from "../model/ids.ts"
import type { Timestamp } from "../model/time.ts"
import type { SubtaskEvent } from "../protocol/subtaskMachine.ts"

/** A subtask as job and coordinator see it, in whatever thread it works. */
export interface SubtaskHandle {
  readonly id: SubtaskId
  readonly task: string
  readonly index: number
  /** True without input channels: triggers are told to it. */
  readonly isSource: boolean
  readonly post: (event: SubtaskEvent) => void
  /** What it has counted so far; exact whenever it has told the coordinator something. */
  readonly totals: () => SubtaskTotals
}

/** Counts of one subtask; in this attempt, but for `position`. */
export interface SubtaskTotals {
  /** Records that its splits have emitted since the job began. */
  readonly position: number
  readonly recordsIn: number
  readonly recordsOut: number
  readonly skipped: number
  readonly watermark: Timestamp
  /** By operator uid. */
  readonly late: Readonly<Record<string, number>>
}
