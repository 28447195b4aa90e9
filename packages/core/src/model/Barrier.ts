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
  readonly alignment: "aligned"
}

/** `final` covers the end of all input; `stop` precedes an orderly stop without end of data. */
export type CheckpointKind = "checkpoint" | "final" | "stop"
