/**
 * Snapshots and transactions of the model. Their names say all that they hold, as text, behind the real name: whoever
 * knows a name knows its content, and what a store or a sink's target remembers is which names there are.
 */
import type { ChannelId, CheckpointId, SubtaskId, Term } from "../../../packages/core/src/model/ids.ts"
import type { Prepared } from "../../../packages/core/src/protocol/committerMessages.ts"
import { stateObjectName } from "../../../packages/core/src/runtime/stateObject.ts"
import { type Rec, sortRecords } from "./plan.ts"

/** Where a subtask was when it was captured. */
export interface Position {
  /** Records emitted by a source. */
  readonly offset: number
  /** Records taken from each input and sent to each output since the job began. */
  readonly taken: Readonly<Record<ChannelId, number>>
  readonly sent: Readonly<Record<ChannelId, number>>
  /** A sink's last record of each key. */
  readonly seen: Readonly<Record<string, number>>
}

export interface Snapshot extends Position {
  /** Transactions that were prepared and not known to be committed. */
  readonly prepared: ReadonlyArray<Prepared>
}

interface SnapshotName {
  readonly term: Term
  readonly checkpoint: CheckpointId
  readonly task: SubtaskId
}

const separator = "?"

export const objectOf = (of: SnapshotName, snapshot: Snapshot | Delta): string =>
  `${stateObjectName({ ...of, index: 0 })}${separator}${JSON.stringify(snapshot)}`

// Deltas.

/** What has changed since a base. What is not in it is as the base has it. */
export interface Delta {
  readonly changed: Partial<Position>
  readonly prepared: ReadonlyArray<Prepared>
  /** Where the subtask was. No restore reads it: it is there to be compared with what base and changes come to. */
  readonly at: Position
}

export const startPosition: Position = { offset: 0, taken: {}, sent: {}, seen: {} }

const changedCounts = (
  before: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>
): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(now).filter(([key, count]) => before[key] !== count))

export const changedSince = (before: Position, now: Position): Partial<Position> => ({
  ...(before.offset === now.offset ? {} : { offset: now.offset }),
  taken: changedCounts(before.taken, now.taken),
  sent: changedCounts(before.sent, now.sent),
  seen: changedCounts(before.seen, now.seen)
})

/** `changed` laid over a base; `prepared` is always written anew. */
const laidOver = (base: Position, { changed, prepared }: Delta): Snapshot => ({
  offset: changed.offset ?? base.offset,
  taken: { ...base.taken, ...changed.taken },
  sent: { ...base.sent, ...changed.sent },
  seen: { ...base.seen, ...changed.seen },
  prepared
})

const contentOf = (object: string): Snapshot | Delta => JSON.parse(object.slice(object.indexOf(separator) + 1))

/** What a restore makes of objects, oldest first: each delta is laid over what the ones before it come to. */
export const assembled = (objects: ReadonlyArray<string>): Snapshot =>
  objects.reduce<Snapshot>(
    (base, object) => {
      const content = contentOf(object)
      return "changed" in content ? laidOver(base, content) : content
    },
    { ...startPosition, prepared: [] }
  )

/** Where the subtask was when it wrote a delta; null for a full snapshot. */
export const truthOf = (object: string): Position | null => {
  const content = contentOf(object)
  return "changed" in content ? content.at : null
}

/** The part of an object's name that the runtime gives it. */
export const nameOfObject = (object: string): string => object.slice(0, object.indexOf(separator))

export interface Transaction {
  /** T1: term, checkpoint and subtask. */
  readonly name: string
  readonly term: Term
  readonly checkpoint: CheckpointId
  readonly records: ReadonlyArray<Rec>
}

export const transactionText = (transaction: Transaction): string =>
  JSON.stringify({ ...transaction, records: sortRecords(transaction.records) })

export const transactionOf = (text: string): Transaction => JSON.parse(text)
