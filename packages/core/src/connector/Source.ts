/**
 * A source: splits with positions. The runtime owns when to read; a reader owns what comes next.
 *
 * R1 Reading a split from a position yields the same records in the same order, every time.
 * R2 `poll` never blocks for more than 20 ms: slow decoding happens elsewhere and announces itself.
 * R3 A growing source has one owner for each split, by the hash of its id, whatever the parallelism: no two subtasks
 *    announce the same split, and none is announced by nobody.
 */
import type { Effect, Schema, Scope } from "effect"
import type { SourceFailure } from "../model/errors.ts"
import type { CheckpointId } from "../model/ids.ts"
import type { Json } from "../model/Json.ts"

export interface Split {
  /** Unique within the source and stable over restarts. */
  readonly id: string
  /** What the reader needs to know of it; stored in every snapshot. */
  readonly spec: Json
}

export interface Source<A> {
  /** For example `parquet flights.parquet`; shown by `explain` and in messages. */
  readonly description: string
  readonly schema: Schema.Codec<A, unknown>
  readonly isBounded: boolean
  /** Every record of a split is at most as old as those of later splits: unstarted splits do not hold the watermark. */
  readonly isTimeOrdered: boolean
  /** Splits may appear while the job runs: readers announce those that they own (`SplitsFound`), and are never exhausted. */
  readonly isGrowing?: boolean
  /** True for an input that only one thread of the process can read: the job's subtasks then share the calling thread. */
  readonly isThreadLocal?: boolean
  /**
   * Lists the splits in reading order; called once in the life of a job, then the list is frozen in the snapshot.
   * Of a growing source: those that are there at first, maybe none.
   */
  readonly discover: Effect.Effect<ReadonlyArray<Split>, SourceFailure>
  /**
   * Checks that a frozen list still fits the input: an input that changed is a `SourceFailure` with reason `changed`.
   * Of a growing source only unfinished splits are asked for: finished ones may be gone.
   */
  readonly validate: (splits: ReadonlyArray<Split>) => Effect.Effect<void, SourceFailure>
  readonly open: (context: SourceContext) => Effect.Effect<SourceReader<A>, SourceFailure, Scope.Scope>
}

export interface SourceContext {
  readonly operator: string
  readonly subtask: number
  /** To be called when `poll` may answer something new after `Pending`; may be called at any time, any number of times. */
  readonly wake: () => void
  /** Whether this subtask reads a split of a growing source, by the split's id (R3). */
  readonly owns: (split: string) => boolean
}

export interface SourceReader<A> {
  /** Assigns a split, to be read after those assigned before; `position` is null at its beginning. */
  readonly assign: (split: Split, position: Json | null) => void
  /** The next records of the first unfinished split, at most `recordsMax`. Synchronous. HOT per batch. */
  readonly poll: (recordsMax: number) => Polled<A>
  /** The barrier of a checkpoint passes here: what `poll` has answered belongs to it, the rest to a later one. Synchronous. */
  readonly cut?: (checkpoint: CheckpointId) => void
  /**
   * A checkpoint that a recovery would resume from is complete, and with it what belongs to earlier ones. Synchronous.
   * It may be told late, twice, or never: a restored position says the same.
   */
  readonly completed?: (checkpoint: CheckpointId) => void
}

export type Polled<A> =
  | {
      readonly _tag: "Records"
      readonly split: string
      readonly values: ReadonlyArray<A>
      /** Where to read on after these records. */
      readonly position: Json
      /** Records of the split that were skipped by policy in this poll. */
      readonly skipped: number
    }
  | { readonly _tag: "SplitFinished"; readonly split: string }
  /** Of a growing source: the splits that this subtask owns. Those that are new to the job are assigned. */
  | {
      readonly _tag: "SplitsFound"
      readonly splits: ReadonlyArray<Split>
      /** Finished splits that are not in the list are forgotten; should they come back, they are read again. */
      readonly forgetsOthers: boolean
    }
  /** Nothing yet; `wake` will be called. */
  | { readonly _tag: "Pending" }
  /** All assigned splits are finished. */
  | { readonly _tag: "Exhausted" }
  | { readonly _tag: "Failed"; readonly failure: SourceFailure }
