/**
 * Aligning the barriers of several channels, as pure functions over a subtask's alignment.
 *
 * K1 A channel is blocked from its barrier until the capture: no later record enters the snapshot (S16).
 * K2 Barriers of captured, abandoned or older checkpoints change nothing and block nothing.
 * K5 A tracked barrier blocks nothing: it is counted until every channel has delivered it, and later records may enter
 *    the snapshot (at least once). Several checkpoints may be tracked at a time; a capture ends the older ones.
 * Source: Carbone et al. 2015; Flink SingleCheckpointBarrierHandler, CheckpointBarrierTracker.
 */
import type { Barrier } from "../model/Barrier.ts"
import type { ChannelId, CheckpointId } from "../model/ids.ts"
import { including } from "./sorted.ts"

export interface Alignment {
  /** All input channels, sorted. */
  readonly channels: ReadonlyArray<ChannelId>
  /** The checkpoint being aligned, or null. */
  readonly barrier: Barrier | null
  /** Channels that have delivered its barrier, sorted; empty when nothing is aligned. */
  readonly blocked: ReadonlyArray<ChannelId>
  /** Checkpoints whose barriers are tracked, sorted by id; empty where barriers align. */
  readonly tracked: ReadonlyArray<Tracked>
  /** The newest checkpoint that was captured or superseded here. */
  readonly lastId: CheckpointId
  /** Invalidated checkpoints newer than `lastId` whose barriers may still come, sorted. */
  readonly invalidated: ReadonlyArray<CheckpointId>
}

/** The channels that have delivered the barrier of a checkpoint, sorted. */
export interface Tracked {
  readonly id: CheckpointId
  readonly delivered: ReadonlyArray<ChannelId>
}

/** Whether a task may take the next element of a channel; called by the input gate and by the checker. HOT per element. */
export const mayRead = (alignment: Pick<Alignment, "blocked">, channel: ChannelId): boolean =>
  !alignment.blocked.includes(channel)

/** The barrier is of a checkpoint that this subtask has done with, or that a newer one has superseded. */
export const isStale = (alignment: Alignment, barrier: Barrier): boolean =>
  barrier.id <= alignment.lastId ||
  alignment.invalidated.includes(barrier.id) ||
  (alignment.barrier !== null && barrier.id < alignment.barrier.id)

/** The barrier is the last one that the alignment waits for. */
export const isComplete = (alignment: Alignment, channel: ChannelId, barrier: Barrier): boolean => {
  const delivered = alignment.barrier?.id === barrier.id ? alignment.blocked : deliveredOf(alignment, barrier.id)
  return alignment.channels.every((other) => other === channel || delivered.includes(other))
}

const deliveredOf = ({ tracked }: Alignment, id: CheckpointId): ReadonlyArray<ChannelId> =>
  tracked.find((found) => found.id === id)?.delivered ?? []

/** K5 */
export const track = (alignment: Alignment, channel: ChannelId, { id }: Barrier): Pick<Alignment, "tracked"> => ({
  tracked: [
    ...alignment.tracked.filter((found) => found.id !== id),
    { id, delivered: including(deliveredOf(alignment, id), channel) }
  ].sort((a, b) => a.id - b.id)
})

/** The barrier is newer than the one that is being aligned, which is given up for it. */
export const isSuperseding = (alignment: Alignment, barrier: Barrier): boolean =>
  alignment.barrier !== null && barrier.id > alignment.barrier.id

/** What is left after the checkpoint was captured, superseded or invalidated. */
export const released = (alignment: Alignment, lastId: CheckpointId): Partial<Alignment> => ({
  barrier: null,
  blocked: [],
  tracked: alignment.tracked.filter(({ id }) => id > lastId),
  lastId: Math.max(alignment.lastId, lastId),
  invalidated: alignment.invalidated.filter((id) => id > lastId)
})
