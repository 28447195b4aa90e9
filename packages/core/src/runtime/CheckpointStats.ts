/**
 * Measurements of checkpoints. Kept outside the machines: no machine knows a duration or a size it does not need.
 */
import type { CheckpointId, SubtaskId } from "../model/ids.ts"
import type { InvalidationReason } from "../protocol/checkpointMachine.ts"

/** What one subtask measured of its part of a checkpoint. Milliseconds and bytes. */
export interface SubtaskMeasure {
  readonly alignmentMs: number
  /** The part that stops the task loop. */
  readonly syncMs: number
  /** Encoding and writing while records flow. */
  readonly asyncMs: number
  readonly bytes: number
  /** Records that the subtask's splits have emitted in all; 0 without a source. */
  readonly records: number
}

export interface CompletedCheckpoint {
  readonly id: CheckpointId
  readonly kind: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** From trigger to the manifest in the log. */
  readonly durationMs: number
  readonly bytes: number
  readonly records: number
  readonly subtasks: Readonly<Record<SubtaskId, SubtaskMeasure>>
}

interface Started {
  readonly triggeredAt: number
  readonly subtasks: Record<SubtaskId, SubtaskMeasure>
}

/** How many completed checkpoints are remembered in full. */
const historyMax = 100

export class CheckpointStats {
  readonly #started = new Map<CheckpointId, Started>()
  readonly #history: Array<CompletedCheckpoint> = []
  readonly #invalidated = new Map<InvalidationReason, number>()
  #completed = 0
  #sums = { durationMs: 0, bytes: 0 }

  triggered(id: CheckpointId, now: number): void {
    this.#started.set(id, { triggeredAt: now, subtasks: {} })
  }

  measured(id: CheckpointId, subtask: SubtaskId, measure: SubtaskMeasure): void {
    const started = this.#started.get(id)
    if (started !== undefined) started.subtasks[subtask] = measure
  }

  /** Sums of what the subtasks measured so far, for the manifest. */
  totals(
    id: CheckpointId,
    now: number
  ): { readonly durationMs: number; readonly bytes: number; readonly records: number } {
    const started = this.#started.get(id)
    const measures = Object.values(started?.subtasks ?? {})
    return {
      durationMs: started === undefined ? 0 : now - started.triggeredAt,
      bytes: measures.reduce((sum, measure) => sum + measure.bytes, 0),
      records: measures.reduce((sum, measure) => sum + measure.records, 0)
    }
  }

  completed(id: CheckpointId, kind: string, now: number): void {
    const subtasks = this.#started.get(id)?.subtasks ?? {}
    this.#history.push({ id, kind, at: now, ...this.totals(id, now), subtasks })
    const { bytes, durationMs } = this.totals(id, now)
    this.#sums = { durationMs: this.#sums.durationMs + durationMs, bytes: this.#sums.bytes + bytes }
    if (this.#history.length > historyMax) this.#history.shift()
    this.#started.delete(id)
    this.#completed++
  }

  invalidated(id: CheckpointId, reason: InvalidationReason): void {
    this.#started.delete(id)
    this.#invalidated.set(reason, (this.#invalidated.get(reason) ?? 0) + 1)
  }

  get completedCount(): number {
    return this.#completed
  }

  /** Of all completed ones. */
  get completedSums(): { readonly durationMs: number; readonly bytes: number } {
    return this.#sums
  }

  get invalidatedByReason(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#invalidated)
  }

  /** Oldest first. */
  get history(): ReadonlyArray<CompletedCheckpoint> {
    return this.#history
  }
}
