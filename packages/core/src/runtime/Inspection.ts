/**
 * The inspection stream: every event, state and command of every actor, and the facts of the data plane that the
 * protocol's properties speak of. Free when nobody inspects.
 */
import type { ChannelId, CheckpointId, SubtaskId } from "../model/ids.ts"
import type { Json } from "../model/Json.ts"

export type Inspection =
  | {
      readonly _tag: "Step"
      /** `job`, `coordinator` or a subtask's id. */
      readonly actor: string
      readonly event: { readonly type: string }
      /** State value of the actor's machine after the step. */
      readonly state: Json
      readonly commands: ReadonlyArray<{ readonly _tag: string }>
    }
  | {
      /** A barrier was put into a channel behind `sequence` elements. */
      readonly _tag: "BarrierSent" | "BarrierTaken"
      readonly channel: ChannelId
      readonly checkpoint: CheckpointId
      readonly sequence: number
    }
  | { readonly _tag: "Captured"; readonly subtask: SubtaskId; readonly checkpoint: CheckpointId }
  | {
      /** An activity that touches storage or a target is about to begin, or has ended. */
      readonly _tag: "ActivityStarted" | "ActivityEnded"
      readonly actor: string
      readonly activity:
        | "claim"
        | "restore"
        | "persist"
        | "manifest"
        | "commit"
        | "rollback"
        | "retire"
        | "release"
        | "end"
      readonly checkpoint: CheckpointId | null
    }

export type Inspector = (inspection: Inspection) => void

/** Reports a step; builds nothing when nobody inspects. */
export const inspectStep = (
  inspect: Inspector | null,
  step: {
    readonly actor: string
    readonly event: { readonly type: string }
    readonly state: Json
    readonly commands: ReadonlyArray<{ readonly _tag: string }>
  }
): void => {
  inspect?.({ _tag: "Step", ...step })
}
