import type { CheckpointId } from "./ids.ts"

/**
 * What a barrier of a stream carries, and what a trigger tells the sources (rule 4).
 *
 * `base` names the completed checkpoint that a delta may refer to, or `null` for a full snapshot.
 */
export interface Barrier {
  readonly id: CheckpointId
  readonly kind: CheckpointKind
  readonly base: CheckpointId | null
  readonly alignment: Alignment
}

/** `aligned`: a channel is blocked from the barrier until the capture. `tracked`: it goes on, and records overtake the barrier. */
export type Alignment = "aligned" | "tracked"

/**
 * `final` covers the end of all input; `stop` precedes an orderly stop without end of data. Savepoints are the user's:
 * `savepoint` while the job runs on, `stopSavepoint` and `finalSavepoint` in the place of `stop` and `final` (rule 6).
 */
export type CheckpointKind = "checkpoint" | "savepoint" | TerminalKind

/** The checkpoint that ends a run: the kinds of an orderly stop, and of the end of data. */
export type TerminalKind = "final" | "stop" | "finalSavepoint" | "stopSavepoint"

/** The run ends with it: with all input, with a drain, or with an orderly stop. */
export const isTerminal = (kind: CheckpointKind): kind is TerminalKind => kind !== "checkpoint" && kind !== "savepoint"

/** Whole, owned by the user, never retired by retention. */
export const isSavepoint = (kind: CheckpointKind): boolean =>
  kind === "savepoint" || kind === "finalSavepoint" || kind === "stopSavepoint"

/** Every subtask had reached its end of data when it captured: the input's own, or that of a drain. */
export const endsData = (kind: CheckpointKind): boolean => kind === "final" || kind === "finalSavepoint"

/** A recovery may resume from it, and it commits: all but a savepoint of a job that runs on. */
export const isRestorePoint = (kind: CheckpointKind): boolean => kind !== "savepoint"
