/**
 * What a subtask of the model has beside its machine: positions instead of data, captures that are being written, and
 * marks that tell whether its own rules were kept. Pure functions; the task's step puts them together.
 *
 * P1 A mark is left where data is handled against S15, S16 or S17; in a correct run there is none.
 */
import type { Barrier } from "../../../packages/core/src/model/Barrier.ts"
import type { ChannelId, CheckpointId, Term } from "../../../packages/core/src/model/ids.ts"
import type { Rec } from "./plan.ts"
import type { Position } from "./snapshots.ts"

/** A capture on its way into the store; they go one by one, as the runtime's writer makes them. */
export interface CaptureState {
  readonly id: CheckpointId
  readonly position: Position
  /** The transaction that was cut off with it; null if nothing was written, or for a task without transactions. */
  readonly transaction: string | null
  /** The objects of its base, oldest first; none for a full snapshot. */
  readonly shared: ReadonlyArray<string>
  /** Where changes begin to count, if a mutant has them begin elsewhere than at the base. */
  readonly since?: Position
  readonly phase: "queued" | "preparing" | "writing"
  readonly isAbandoned: boolean
}

/** A snapshot that is stored and may be named as a base: the changes since it are known. */
interface Known {
  readonly id: CheckpointId
  /** Oldest first. */
  readonly objects: ReadonlyArray<string>
  readonly since?: Position
}

export interface Plane {
  readonly attempt: number
  readonly term: Term
  readonly position: Position
  /** What a sink has written since its last capture. */
  readonly written: ReadonlyArray<Rec>
  readonly captures: ReadonlyArray<CaptureState>
  /** Sorted; none where checkpoints name no base. */
  readonly known: ReadonlyArray<Known>
  /** The next snapshot is written in full, whatever its base: a base is a permission. */
  readonly isCompacting: boolean
  /** A source takes nothing more, and has yet to say so. */
  readonly isDrained: boolean
  /** A source has said that there is no more. */
  readonly isExhausted: boolean
  /** A source behind the barrier of a stop, or a subtask that has failed: it takes nothing more. */
  readonly isHalted: boolean
  /** The last checkpoint that was captured, and the last barrier that was sent. */
  readonly captured: CheckpointId
  readonly forwarded: CheckpointId
  /** The last barrier taken from each input, and how many records had been taken then. */
  readonly marks: Readonly<Record<ChannelId, { readonly id: CheckpointId; readonly taken: number }>>
  /** P1 */
  readonly broken: ReadonlyArray<string>
}

export const makePlane = (of: {
  readonly attempt: number
  readonly term: Term
  readonly position: Position
  readonly restored: CheckpointId
  readonly isDrained: boolean
}): Plane => ({
  attempt: of.attempt,
  term: of.term,
  position: of.position,
  written: [],
  captures: [],
  known: [],
  isCompacting: false,
  isDrained: of.isDrained,
  isExhausted: false,
  isHalted: false,
  captured: of.restored,
  forwarded: of.restored,
  marks: {},
  broken: []
})

const blame = (plane: Plane, problem: string): Plane => ({
  ...plane,
  broken: [...new Set([...plane.broken, problem])].sort()
})

const increase = (counts: Readonly<Record<string, number>>, key: string): Readonly<Record<string, number>> => ({
  ...counts,
  [key]: (counts[key] ?? 0) + 1
})

export const takeRecord = (plane: Plane, channel: ChannelId): Plane => ({
  ...plane,
  position: { ...plane.position, taken: increase(plane.position.taken, channel) }
})

export const countSent = (plane: Plane, channel: ChannelId): Plane => ({
  ...plane,
  position: { ...plane.position, sent: increase(plane.position.sent, channel) }
})

/** Writes a record to the sink's open transaction; records of a key come in order (S2). */
export const writeRecord = (plane: Plane, record: Rec): Plane => {
  const seen = plane.position.seen[record.key] ?? 0
  const written: Plane = {
    ...plane,
    written: [...plane.written, record],
    position: { ...plane.position, seen: { ...plane.position.seen, [record.key]: record.number } }
  }
  return record.number === seen + 1
    ? written
    : blame(written, `record ${record.number} of ${record.key} follows ${seen}`)
}

/** S15: barriers of a channel come in increasing order. */
export const noteBarrier = (plane: Plane, channel: ChannelId, id: CheckpointId): Plane => {
  const before = plane.marks[channel]
  const marked: Plane = {
    ...plane,
    marks: { ...plane.marks, [channel]: { id, taken: plane.position.taken[channel] ?? 0 } }
  }
  return before === undefined || before.id < id
    ? marked
    : blame(marked, `S15 barrier ${id} of ${channel} follows ${before.id}`)
}

/**
 * S16: every input has delivered the barrier, and nothing that came behind it has been taken. Where barriers are tracked
 * later ones, and records, may have been taken.
 */
export const noteCapture = (
  plane: Plane,
  inputs: ReadonlyArray<ChannelId>,
  { alignment, id }: Pick<Barrier, "alignment" | "id">
): Plane => {
  const noted = inputs.reduce((blamed, channel) => {
    const mark = plane.marks[channel]
    if (alignment === "tracked" && mark !== undefined && mark.id >= id) return blamed
    if (mark?.id !== id) return blame(blamed, `S16 ${id} is captured without the barrier of ${channel}`)
    const behind = (plane.position.taken[channel] ?? 0) - mark.taken
    return behind === 0 ? blamed : blame(blamed, `S16 ${id} is captured with ${behind} later records of ${channel}`)
  }, plane)
  return { ...noted, captured: id }
}

/** S26: what has changed since the base is known, or does not matter. */
export const noteBase = (plane: Plane, base: CheckpointId | null): Plane =>
  base === null || plane.known.some(({ id }) => id === base)
    ? plane
    : blame(plane, `S26 nothing is known of base ${base}`)

/** S15, S17: a barrier is sent in order, and only for what was captured right before. */
export const noteForward = (plane: Plane, id: CheckpointId): Plane => {
  const ordered = id > plane.forwarded ? plane : blame(plane, `S15 barrier ${id} is sent after ${plane.forwarded}`)
  const noted = plane.captured === id ? ordered : blame(ordered, `S17 barrier ${id} is sent before its capture`)
  return { ...noted, forwarded: id }
}
