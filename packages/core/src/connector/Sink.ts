/**
 * A sink with two-phase commit. `write` is synchronous and buffers; `prepare` makes what was written durable but
 * invisible; `commit` makes it visible, exactly once.
 *
 * T1 A transaction is named by job, term, checkpoint, operator and subtask; names are never reused.
 * T2 `commit` is idempotent and may be called by any subtask, in any later term.
 * T3 `rollback` removes what no listed transaction refers to, of this job, operator and earlier terms only.
 */
import type { Effect, Schema, Scope } from "effect"
import type { SinkFailure } from "../model/errors.ts"
import type { CheckpointId, OperatorUid, Term } from "../model/ids.ts"
import type { Json } from "../model/Json.ts"

export interface Sink<A> {
  /** For example `jsonl out/`; shown by `explain` and in messages. */
  readonly description: string
  readonly schema: Schema.Codec<A, unknown>
  /** `two-phase`: visible after a completed checkpoint. `immediate`: visible at once, repeated after a failure. */
  readonly delivery: "two-phase" | "immediate"
  /** True for a target in the memory of one thread: the job's subtasks then share the calling thread. */
  readonly isThreadLocal?: boolean
  readonly open: (context: SinkContext) => Effect.Effect<SinkSession<A>, SinkFailure, Scope.Scope>
}

/** Whose output it is: `job` and `operator` name it over all runs, a higher `term` fences a lower one. */
export interface SinkContext {
  readonly job: string
  readonly operator: OperatorUid
  readonly term: Term
}

/** One attempt's view of the target; opened once per operator and attempt, before anything runs. Changes nothing by itself. */
export interface SinkSession<A> {
  /** The newest checkpoint of this job whose output is visible in the target (rule 8). */
  readonly highestVisible: Effect.Effect<CheckpointId | null, SinkFailure>
  /** Removes visible output of checkpoints newer than `to`, where the target can. */
  readonly rewind: ((to: CheckpointId | null) => Effect.Effect<void, SinkFailure>) | null
  readonly rollback: (keep: ReadonlyArray<Json>) => Effect.Effect<void, SinkFailure>
  readonly commit: (transactions: ReadonlyArray<Json>) => Effect.Effect<void, SinkFailure>
  readonly writer: (subtask: number) => Effect.Effect<SinkWriter<A>, SinkFailure, Scope.Scope>
}

export interface SinkWriter<A> {
  /** Buffers one value. HOT: synchronous, throws nothing but a `SinkFailure` for a value that cannot be encoded. */
  readonly write: (value: A) => void
  /** True when the task should run `flush` before it takes the next element. HOT: a field read per batch. */
  readonly isFull: () => boolean
  /** With `immediate` delivery it runs at every checkpoint, too, maybe beside another run of itself. */
  readonly flush: Effect.Effect<void, SinkFailure>
  /**
   * Cuts the stream: what was written before belongs to `checkpoint`, what follows to a later one. Synchronous; the
   * effect it answers makes the cut durable and yields the transaction, or null if nothing was written.
   */
  readonly prepare: (checkpoint: CheckpointId) => Effect.Effect<Json | null, SinkFailure>
}
