/**
 * What a subtask has written in this attempt, and so what the next object may continue.
 *
 * C1 Only what was written by this very subtask in this attempt is continued.
 * C2 A chain is short, and its deltas together are no larger than a part of what is whole: then the state is written in
 *    full again. So a restore reads a bounded multiple of the state, and full objects cost a bounded part of the deltas.
 */
import type { CheckpointId } from "../../model/ids.ts"
import type { BaseObject } from "./snapshotFormat.ts"

/** Objects that one object may continue. */
const depthMax = 16
/** Deltas are written as long as they are together smaller than this part of the last full snapshot. */
const deltaShareMax = 0.5

/** Captures that are remembered while no newer base is named: without a limit they would become ever more. */
const rememberedMax = 64

/** An object that was written; not yet known to be part of a completed checkpoint. */
export interface HistoryEntry {
  readonly object: BaseObject
  /** What it continues, newest first. */
  readonly bases: ReadonlyArray<BaseObject>
  readonly states: ReadonlyMap<string, StateHistory>
}

/** One state, from where it was last written in full. */
export interface StateHistory {
  readonly depth: number
  readonly fullBytes: number
  readonly deltaBytes: number
}

export class SnapshotHistory {
  readonly #written = new Map<CheckpointId, HistoryEntry>()
  /** Ascending. */
  readonly #captured: Array<CheckpointId> = []

  /** Notes a capture. Answers the oldest one that may still be continued, given the base that its barrier named. */
  captured(checkpoint: CheckpointId, base: CheckpointId | null): CheckpointId {
    this.#captured.push(checkpoint)
    const beyond = this.#captured.findIndex((id) => id >= (base ?? 0))
    this.#captured.splice(0, Math.max(beyond, this.#captured.length - rememberedMax))
    const oldest = this.#captured[0] ?? checkpoint
    for (const written of this.#written.keys()) if (written < oldest) this.#written.delete(written)
    return oldest
  }

  add(entry: HistoryEntry): void {
    this.#written.set(entry.object.checkpoint, entry)
  }

  get(checkpoint: CheckpointId | null): HistoryEntry | null {
    return checkpoint === null ? null : (this.#written.get(checkpoint) ?? null)
  }
}

/** C2. */
export const mayContinue = (state: StateHistory | undefined): boolean =>
  state !== undefined && state.depth < depthMax && state.deltaBytes < state.fullBytes * deltaShareMax

/** The state after one more object. */
export const continued = (before: StateHistory | undefined, isFull: boolean, bytes: number): StateHistory =>
  isFull || before === undefined
    ? { depth: 0, fullBytes: bytes, deltaBytes: 0 }
    : { depth: before.depth + 1, fullBytes: before.fullBytes, deltaBytes: before.deltaBytes + bytes }
