/** What a subtask knows, and the pure functions over it that its machine is made of. */
import type { Barrier } from "../model/Barrier.ts"
import type { ChannelId, CheckpointId, SubtaskId } from "../model/ids.ts"
import { type Alignment, released } from "./alignment.ts"
import type { InvalidationReason, StateHandle } from "./checkpointMessages.ts"
import type { CommitterEvent, CommitterInput } from "./committerMessages.ts"
import type { InternalCommand } from "./component.ts"
import { excluding, including, sorted } from "./sorted.ts"
import type { SubtaskCommand, SubtaskInput } from "./subtaskMessages.ts"

export interface SubtaskContext extends Alignment {
  readonly subtask: SubtaskId
  readonly hasCommitter: boolean
  /** Channels that have reached end of data, sorted. */
  readonly endedChannels: ReadonlyArray<ChannelId>
  /** Captured checkpoints whose snapshots are being written, sorted. */
  readonly capturing: ReadonlyArray<CheckpointId>
  /** The terminal checkpoint, once it is completed. */
  readonly terminal: CheckpointId | null
}

/** What the machine's steps give: commands to the world and to the committer. */
export type SubtaskStep = SubtaskCommand | InternalCommand<CommitterInput, CommitterEvent, never>

/** The only part of a subtask is its committer. */
export const committerKey = 0

/** A subtask before its first barrier. */
export const emptySubtask = (input: SubtaskInput): SubtaskContext => ({
  subtask: input.subtask,
  hasCommitter: input.hasCommitter,
  channels: sorted(input.channels),
  endedChannels: [],
  barrier: null,
  blocked: [],
  tracked: [],
  lastId: 0,
  invalidated: [],
  capturing: [],
  terminal: null
})

/** The committer begins with what the restored checkpoint had prepared. */
export const startCommitter = (context: SubtaskContext, restored: CommitterInput): ReadonlyArray<SubtaskStep> =>
  context.hasCommitter ? [{ _tag: "StartParts", parts: [{ key: committerKey, input: restored }] }] : []

// Captures.

/** K1; the context is that before the capture. */
export const capture = (context: SubtaskContext, barrier: Barrier): ReadonlyArray<SubtaskStep> => [
  { _tag: "Capture", barrier },
  { _tag: "Forward", barrier },
  ...(context.blocked.length > 0 ? [{ _tag: "Unblock", channels: context.blocked } as const] : []),
  // K5: what is tracked and older lacks a barrier that cannot come any more.
  ...context.tracked.filter(({ id }) => id < barrier.id).map(({ id }) => decline(context, id, "superseded"))
]

const decline = ({ subtask }: SubtaskContext, id: CheckpointId, reason: InvalidationReason): SubtaskStep => ({
  _tag: "TellCoordinator",
  event: { type: "subtask.declined", subtask, id, reason }
})

/** What is left after {@link capture}. */
export const captured = (context: SubtaskContext, barrier: Barrier): Partial<SubtaskContext> => ({
  ...released(context, barrier.id),
  capturing: including(context.capturing, barrier.id)
})

/** The snapshot is written; `handle` is null if that failed. */
export const acknowledge = (context: SubtaskContext, id: CheckpointId, handle: StateHandle | null): SubtaskStep => {
  const { subtask } = context
  return handle === null
    ? decline(context, id, "storageFailed")
    : { _tag: "TellCoordinator", event: { type: "subtask.acknowledged", subtask, id, handle } }
}

/** Its snapshot is not wanted any more. */
export const abandonCapture = (context: SubtaskContext, id: CheckpointId): ReadonlyArray<SubtaskStep> =>
  context.capturing.includes(id) ? [{ _tag: "AbandonCapture", id }] : []

/** An invalidated checkpoint: its capture is over, and a barrier of it that may still come will be dropped (K2). */
export const forget = (context: SubtaskContext, id: CheckpointId): Partial<SubtaskContext> => ({
  capturing: excluding(context.capturing, id),
  tracked: context.tracked.filter((found) => found.id !== id),
  invalidated: id > context.lastId ? including(context.invalidated, id) : context.invalidated
})

// Alignment.

/** A newer barrier has come: the checkpoint that was being aligned cannot be captured here any more (K2). */
export const abandonAlignment = (context: SubtaskContext): ReadonlyArray<SubtaskStep> =>
  context.barrier === null
    ? []
    : [{ _tag: "Unblock", channels: context.blocked }, decline(context, context.barrier.id, "superseded")]

/** A barrier has arrived at a channel: of a newer checkpoint it begins an alignment, of the same it goes on with it. */
export const align = (
  context: SubtaskContext,
  { channel, barrier }: { readonly channel: ChannelId; readonly barrier: Barrier }
): Partial<SubtaskContext> => ({
  barrier,
  blocked: including(context.barrier?.id === barrier.id ? context.blocked : [], channel)
})

// Commits.

/** Passes an event to the committer. */
export const toCommitter = (event: CommitterEvent): SubtaskStep => ({ _tag: "ToParts", keys: [committerKey], event })
