/** What a sink subtask and its committer tell each other, and what the committer asks of the world. */
import type { CheckpointId } from "../model/ids.ts"

export interface Prepared {
  readonly id: CheckpointId
  /** Opaque: the sink's description of the transaction, as JSON text. */
  readonly transaction: string
}

/** What a restored checkpoint had prepared: it may not have been committed. */
export interface CommitterInput {
  readonly restored: CheckpointId
  readonly prepared: ReadonlyArray<Prepared>
}

/** Subtask to committer. */
export type CommitterEvent =
  | { readonly type: "transaction.prepared"; readonly id: CheckpointId; readonly transaction: string }
  | { readonly type: "checkpoint.completed"; readonly id: CheckpointId }
  | { readonly type: "transactions.committed"; readonly upTo: CheckpointId }

/** Committer to subtask. */
export interface CommitsSettled {
  readonly type: "commits.settled"
  readonly upTo: CheckpointId
}

/** Commit these transactions: those of checkpoints up to `upTo`. */
export interface CommitCommand {
  readonly _tag: "Commit"
  readonly upTo: CheckpointId
  readonly transactions: ReadonlyArray<string>
}
