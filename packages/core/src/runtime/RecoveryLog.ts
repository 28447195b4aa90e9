import type { CheckpointId } from "../model/ids.ts"
import type { Failure } from "./failureReport.ts"
import type { Recovery } from "./RunReport.ts"

/** What failed and what was restored in this process, for the report. Times in milliseconds. */
export class RecoveryLog {
  readonly recoveries: Array<Recovery> = []
  /** What the last failure was; null before the first. */
  lastFailure: unknown = null
  restored: CheckpointId | null = null
  restoreMs = 0
  #began = 0
  #failedAt: number | null = null
  #isFirst = true

  /** An attempt begins with its claim. */
  began(now: number): void {
    this.#began = now
  }

  failed(failure: Failure, now: number): void {
    this.lastFailure = failure.error
    this.#failedAt = now
  }

  /** From the last failure, or the start, until records could flow. */
  get lastRecoveryMs(): number {
    return this.recoveries.at(-1)?.recoveryMs ?? this.restoreMs
  }

  /** Records can flow: the first time this is a start, afterwards a recovery. */
  restoredFrom(checkpoint: CheckpointId | null, now: number): void {
    if (this.#isFirst) {
      this.#isFirst = false
      this.restored = checkpoint
      this.restoreMs = now - this.#began
      return
    }
    this.recoveries.push({
      restored: checkpoint,
      recoveryMs: now - (this.#failedAt ?? this.#began),
      cause: messageOf(this.lastFailure)
    })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
