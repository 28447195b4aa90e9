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

export const objectOf = (of: SnapshotName, snapshot: Snapshot): string =>
  `${stateObjectName({ ...of, index: 0 })}${separator}${JSON.stringify(snapshot)}`

/** The part of an object's name that the runtime gives it. */
export const nameOfObject = (object: string): string => object.slice(0, object.indexOf(separator))

export const snapshotOf = (object: string): Snapshot => JSON.parse(object.slice(object.indexOf(separator) + 1))

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
