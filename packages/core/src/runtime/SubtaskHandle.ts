import type { SubtaskId } from "../model/ids.ts"
import type { Timestamp } from "../model/time.ts"
import type { SubtaskEvent } from "../protocol/subtaskMachine.ts"
import type { StateUsage } from "../state/SubtaskState.ts"

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
  /** What it holds and how it stands; a moment old where it works in another thread. */
  readonly usage: () => SubtaskUsage
}

/** Counts of one subtask; in this attempt, but for `position`. */
export interface SubtaskTotals {
  /** Records that its splits have emitted since the job began. */
  readonly position: number
  readonly recordsIn: number
  readonly recordsOut: number
  readonly skipped: number
  readonly watermark: Timestamp
  /** Nobody waits for its watermark. */
  readonly isIdle: boolean
  /** By operator uid. */
  readonly late: Readonly<Record<string, number>>
}

/** For metrics. */
export interface SubtaskUsage {
  readonly states: ReadonlyArray<StateUsage>
  /** Records taken out of its input channels, and given to its output channels, in this attempt. */
  readonly received: number
  readonly sent: number
  /** Elements of any kind, likewise; a batch that is not sent yet is one of them. */
  readonly elements: { readonly taken: number; readonly put: number }
  /** It could go on if somebody took what it has put out. */
  readonly isBackpressured: boolean
}
