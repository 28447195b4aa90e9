/**
 * The inspection stream: every event, state and command of every actor, and the facts of data plane, storage and targets
 * that the protocol's properties speak of, in the order in which they happen. Free when nobody inspects.
 *
 * What it says is JSON: a stream that was written to a file line by line is the same stream. Counts begin with an attempt.
 */
import { Effect } from "effect"
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
  | ({
      /** A barrier was put into a channel, or taken out of it. */
      readonly _tag: "BarrierSent" | "BarrierTaken"
      readonly checkpoint: CheckpointId
    } & ChannelPosition)
  | {
      /** State and positions of a subtask were fixed. */
      readonly _tag: "Captured"
      readonly subtask: SubtaskId
      readonly checkpoint: CheckpointId
      /** What its state covers of each input channel. */
      readonly taken: ReadonlyArray<ChannelPosition>
      /** Records that it has emitted into each output channel, sent or still batched. */
      readonly emitted: ReadonlyArray<{ readonly channel: ChannelId; readonly records: number }>
    }
  | {
      /** An activity that touches storage or a target is about to begin, or has ended well (a `persist`: in any way). */
      readonly _tag: "ActivityStarted" | "ActivityEnded"
      readonly actor: string
      readonly activity: Activity
      readonly checkpoint: CheckpointId | null
      /** State objects that it writes, records or removes. */
      readonly objects: ReadonlyArray<string>
      /** Transactions that it writes into a snapshot or commits. */
      readonly transactions: ReadonlyArray<string>
    }
  | {
      /** A function of the user has not returned for longer than option `watchdog` allows. */
      readonly _tag: "Blocked"
      readonly subtask: SubtaskId
      /** Null where it could not be found out. */
      readonly operator: string | null
      readonly blockedMs: number
    }

/** How far a channel has come: elements of all kinds, the last one included, and the records in them. */
export interface ChannelPosition {
  readonly channel: ChannelId
  readonly sequence: number
  readonly records: number
}

/**
 * `persist` is all that follows a capture; `write` is the part of it from the moment that fixes which transactions the
 * snapshot holds to the moment that its object stands.
 */
export type Activity =
  | "claim"
  | "restore"
  | "persist"
  | "write"
  | "manifest"
  | "commit"
  | "rollback"
  | "retire"
  | "release"
  | "end"

/** Is called for everything that the job does, as it happens: the job waits for it. */
export type Inspector = (inspection: Inspection) => void

type ActivityFact = Extract<Inspection, { readonly _tag: "ActivityStarted" | "ActivityEnded" }>

/** What an activity says of itself; what it does not touch may be left out. */
export type InspectedActivity = Pick<ActivityFact, "actor" | "activity" | "checkpoint"> &
  Partial<Pick<ActivityFact, "objects" | "transactions">>

export const activityFact = (tag: ActivityFact["_tag"], activity: InspectedActivity): ActivityFact => ({
  _tag: tag,
  objects: [],
  transactions: [],
  ...activity
})

/** Reports the begin of an activity and, if it succeeds, its end; leaves the activity as it is when nobody inspects. */
export const inspectActivity =
  (inspect: Inspector | null, activity: InspectedActivity) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    inspect === null
      ? effect
      : Effect.suspend(() => {
          inspect(activityFact("ActivityStarted", activity))
          return effect
        }).pipe(Effect.tap(() => Effect.sync(() => inspect(activityFact("ActivityEnded", activity)))))

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
