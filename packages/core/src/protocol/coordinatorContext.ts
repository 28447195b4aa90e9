/** What the coordinator knows, and the pure functions over it that its machine is made of. */
import { type Alignment, type CheckpointKind, isSavepoint, type TerminalKind } from "../model/Barrier.ts"
import type { CheckpointId, SubtaskId } from "../model/ids.ts"
import type { CheckpointEvent, CheckpointInput, InvalidationReason } from "./checkpointMessages.ts"
import type { InternalCommand } from "./component.ts"
import type { CoordinatorCommand, CoordinatorEvent } from "./coordinatorMessages.ts"
import type { CheckpointPolicy } from "./policy.ts"
import { excluding, including, sorted } from "./sorted.ts"
import {
  decideTrigger,
  isEnding,
  type RefusalReason,
  type TriggerDecision,
  type TriggerKind
} from "./triggerDecider.ts"

export interface CoordinatorContext {
  readonly policy: CheckpointPolicy
  /** The plan, sorted. */
  readonly subtasks: ReadonlyArray<SubtaskId>
  /** Subtasks that have reached end of data, sorted. */
  readonly ended: ReadonlyArray<SubtaskId>
  /** The first id of the running attempt: only its own checkpoints become bases. */
  readonly firstId: CheckpointId
  readonly nextId: CheckpointId
  /** First id beyond the reserved block. */
  readonly idsEnd: CheckpointId
  /** Sorted. */
  readonly pending: ReadonlyArray<CheckpointId>
  /** Those of them that are savepoints of a job that runs on, sorted. */
  readonly savepoints: ReadonlyArray<CheckpointId>
  readonly triggering: CheckpointId | null
  /** Completed and subject to retention, sorted: savepoints are not. */
  readonly retained: ReadonlyArray<CheckpointId>
  /** The bases of pending checkpoints, by the ids of these; those without a base are left out. Sorted by id. */
  readonly pins: ReadonlyArray<Pin>
  readonly isPeriodicWanted: boolean
  readonly manualWanted: number
  readonly savepointsWanted: number
  readonly isPauseOver: boolean
  readonly terminal: TerminalCheckpoint | null
  /** What the checkpoint after the end of all data will be: a drain may have asked for a savepoint. */
  readonly endKind: "final" | "finalSavepoint"
  /** Counted failures in a row; saturates above `toleratedFailures`. */
  readonly failures: number
  readonly isReserving: boolean
}

/** `base` is kept for what `id` refers to, until `id` is resolved (rule 4). */
export interface Pin {
  readonly id: CheckpointId
  readonly base: CheckpointId
}

/** The checkpoint that ends the run. */
export interface TerminalCheckpoint {
  readonly kind: TerminalKind
  readonly isWanted: boolean
  /** While it is pending, and once it is completed. */
  readonly id: CheckpointId | null
}

/** A checkpoint whose manifest stands in the log. */
export interface Completed {
  readonly id: CheckpointId
  readonly kind: CheckpointKind
}

/** A checkpoint that is of no use, and why. */
export interface Invalidated {
  readonly id: CheckpointId
  readonly kind: CheckpointKind
  readonly reason: InvalidationReason
}

/** What the machine's steps give: commands to the world and to the checkpoints. */
export type CoordinatorStep = CoordinatorCommand | InternalCommand<CheckpointInput, CheckpointEvent, never>

/** The coordinator of a job that has not started: no subtasks, no checkpoints. */
export const emptyCoordinator = (policy: CheckpointPolicy): CoordinatorContext => ({
  policy,
  subtasks: [],
  ended: [],
  firstId: 1,
  nextId: 1,
  idsEnd: 1,
  pending: [],
  savepoints: [],
  triggering: null,
  retained: [],
  pins: [],
  isPeriodicWanted: false,
  manualWanted: 0,
  savepointsWanted: 0,
  isPauseOver: true,
  terminal: null,
  endKind: "final",
  failures: 0,
  isReserving: false
})

// Triggers.

/** One interval from now, where the policy has one. */
export const beginInterval = ({ policy }: CoordinatorContext): ReadonlyArray<CoordinatorStep> =>
  policy.trigger === "periodic" || policy.trigger === "first"
    ? [{ _tag: "SetTimer", timer: "interval", delay: "interval" }]
    : []

/** What to trigger now, if anything: a terminal checkpoint first, then savepoints, requests, and the period. */
export const nextTrigger = (context: CoordinatorContext): TriggerKind | null => {
  const kinds: ReadonlyArray<TriggerKind> = [
    ...(context.terminal?.isWanted ? [context.terminal.kind] : []),
    ...(context.savepointsWanted > 0 ? (["savepoint"] as const) : []),
    ...(context.manualWanted > 0 ? (["manual"] as const) : []),
    ...(context.isPeriodicWanted ? (["periodic"] as const) : [])
  ]
  return kinds.find((kind) => triggerDecision(context, kind)._tag === "Run") ?? null
}

/** Whether a trigger of this kind runs now, waits or is dropped, by what the context knows. */
export const triggerDecision = (context: CoordinatorContext, kind: TriggerKind): TriggerDecision =>
  decideTrigger(kind, {
    policy: context.policy,
    pending: context.pending.filter((id) => !context.savepoints.includes(id)),
    savepoints: context.savepoints,
    triggering: context.triggering,
    isPauseOver: context.isPauseOver,
    hasIds: context.nextId < context.idsEnd,
    manualQueued: context.manualWanted + context.savepointsWanted,
    hasTerminal: context.terminal !== null && context.terminal.id !== null
  })

/** A terminal checkpoint is to be tried again: the last one was invalidated and its pause is over. */
export const isTerminalDue = ({ terminal }: CoordinatorContext): boolean =>
  terminal !== null && terminal.id === null && !terminal.isWanted

/** K7, K8: the newest checkpoint that was completed in this attempt. After a restore the first one is full. */
const baseOf = ({ firstId, policy, retained }: CoordinatorContext, kind: CheckpointKind): CheckpointId | null => {
  if (isSavepoint(kind)) return null
  const newest = retained.at(-1)
  return policy.incremental && newest !== undefined && newest >= firstId ? newest : null
}

const alignmentOf = ({ mode }: CheckpointPolicy): Alignment => (mode === "at-least-once" ? "tracked" : "aligned")

const kindOf = (trigger: TriggerKind | null): CheckpointKind =>
  trigger === null || trigger === "periodic" || trigger === "manual" ? "checkpoint" : trigger

/** The next checkpoint begins, as a part: its id, its kind, and the one that its deltas may refer to. */
export const startCheckpoint = (context: CoordinatorContext): CoordinatorStep => {
  const kind = kindOf(nextTrigger(context))
  return {
    _tag: "StartParts",
    parts: [
      {
        key: context.nextId,
        input: {
          barrier: { id: context.nextId, kind, base: baseOf(context, kind), alignment: alignmentOf(context.policy) },
          subtasks: context.subtasks,
          isRecorded: false
        }
      }
    ]
  }
}

/** K1, K2: the id is taken, the request that it serves is over. */
export const begin = (context: CoordinatorContext): Partial<CoordinatorContext> => {
  const trigger = nextTrigger(context)
  const kind = kindOf(trigger)
  const id = context.nextId
  const base = baseOf(context, kind)
  return {
    nextId: id + 1,
    pending: including(context.pending, id),
    pins: base === null ? context.pins : [...context.pins, { id, base }],
    triggering: id,
    savepoints: kind === "savepoint" ? including(context.savepoints, id) : context.savepoints,
    isPeriodicWanted: trigger === "periodic" ? false : context.isPeriodicWanted,
    manualWanted: trigger === "manual" ? context.manualWanted - 1 : context.manualWanted,
    savepointsWanted: trigger === "savepoint" ? context.savepointsWanted - 1 : context.savepointsWanted,
    terminal: trigger !== null && isEnding(trigger) ? { kind: trigger, isWanted: false, id } : context.terminal
  }
}

/** Whoever waits for a checkpoint or a savepoint is told that none runs. */
export const refuseRequests = (context: CoordinatorContext): ReadonlyArray<CoordinatorStep> => [
  ...Array.from({ length: context.manualWanted }, () => ({ _tag: "RefuseRequest", reason: "notRunning" }) as const),
  ...refuseSavepoints(context, "notRunning")
]

/** Whoever waits for a savepoint is told why there is none. */
export const refuseSavepoints = (
  { savepointsWanted }: CoordinatorContext,
  reason: RefusalReason
): ReadonlyArray<CoordinatorStep> =>
  Array.from({ length: savepointsWanted }, () => ({ _tag: "RefuseSavepoint", reason }) as const)

// Outcomes.

/** K8: a savepoint of a job that runs on changes nothing for its checkpoints, and no savepoint is ever retired. */
export const complete = (context: CoordinatorContext, { id, kind }: Completed): Partial<CoordinatorContext> => ({
  pending: excluding(context.pending, id),
  savepoints: excluding(context.savepoints, id),
  triggering: context.triggering === id ? null : context.triggering,
  ...(kind === "savepoint"
    ? {}
    : {
        retained: isSavepoint(kind) ? context.retained : including(context.retained, id),
        pins: unpinned(context, id),
        failures: 0,
        isPauseOver: false
      })
})

/** A checkpoint is resolved: it refers to its base by its manifest, or not at all. */
const unpinned = ({ pins }: CoordinatorContext, id: CheckpointId): ReadonlyArray<Pin> =>
  pins.filter((pin) => pin.id !== id)

/** Completed checkpoints beyond the number to keep, oldest first, but for those that a pending one may refer to (K7). */
export const surplus = ({ pins, policy, retained }: CoordinatorContext): ReadonlyArray<CheckpointId> =>
  retained
    .slice(0, Math.max(0, retained.length - policy.retained))
    .filter((id) => !pins.some(({ base }) => base === id))

/** Completed checkpoints beyond those to be retained end: their state is released. */
export const retire = (context: CoordinatorContext): ReadonlyArray<CoordinatorStep> => {
  const retired = surplus(context)
  return [
    { _tag: "ToParts", keys: retired, event: { type: "checkpoint.retire" } },
    { _tag: "StopParts", keys: retired }
  ]
}

/** The context without the checkpoints that are retired. */
export const retain = (context: CoordinatorContext): Partial<CoordinatorContext> => {
  const retired = surplus(context)
  return { retained: context.retained.filter((id) => !retired.includes(id)) }
}

/** K3, from "recorded" on; the context is that after the completion. */
export const afterCompletion = (
  context: CoordinatorContext,
  { id, kind }: Completed
): ReadonlyArray<CoordinatorStep> => {
  const release: ReadonlyArray<CoordinatorStep> = isSavepoint(kind) ? [{ _tag: "StopParts", keys: [id] }] : []
  if (kind === "savepoint") return [...release, { _tag: "NotifySavepoint", id }]
  const subsumed = context.pending.filter((older) => older < id && !context.savepoints.includes(older)) // K8
  return [
    { _tag: "ToParts", keys: subsumed, event: { type: "checkpoint.subsume" } },
    ...release,
    // A terminal one of an earlier attempt ends nothing in this one.
    { _tag: "NotifyCompleted", id, kind: context.terminal?.id === id ? kind : "checkpoint" },
    { _tag: "SetTimer", timer: "minPause", delay: "minPause" },
    ...retire(context)
  ]
}

const countedReasons: ReadonlySet<InvalidationReason> = new Set(["declined", "expired", "storageFailed"])

/**
 * K6: neither what an order from above ended is counted, nor what a newer completed checkpoint has made good, nor a
 * savepoint of a job that runs on.
 */
const isCounted = (context: CoordinatorContext, { id, kind, reason }: Invalidated): boolean =>
  kind !== "savepoint" && countedReasons.has(reason) && id > (context.retained.at(-1) ?? 0)

const failureCeiling = (context: CoordinatorContext): number => (context.policy.toleratedFailures ?? 0) + 1

/** The checkpoint is pending no longer, and counts as a failure where it is one (K6). */
export const invalidate = (context: CoordinatorContext, what: Invalidated): Partial<CoordinatorContext> => ({
  pending: excluding(context.pending, what.id),
  savepoints: excluding(context.savepoints, what.id),
  pins: unpinned(context, what.id),
  triggering: context.triggering === what.id ? null : context.triggering,
  failures: isCounted(context, what) ? Math.min(context.failures + 1, failureCeiling(context)) : context.failures,
  terminal: context.terminal?.id === what.id ? { ...context.terminal, id: null } : context.terminal
})

/** The subtasks hear of it, and the part ends. */
export const afterInvalidation = ({ id, reason }: Invalidated): ReadonlyArray<CoordinatorStep> => [
  { _tag: "StopParts", keys: [id] },
  { _tag: "NotifyInvalidated", id, reason }
]

/** K6: the job hears of the failure that is one too many; the context is that after the invalidation. */
export const giveUp = (context: CoordinatorContext, what: Invalidated): ReadonlyArray<CoordinatorStep> => {
  const { toleratedFailures } = context.policy
  return toleratedFailures !== null && context.failures > toleratedFailures && isCounted(context, what)
    ? [{ _tag: "TellJob", event: { type: "checkpoints.failing", reason: what.reason } }]
    : []
}

// Acknowledgements.

/** The subtask is asked for: the checkpoint is pending and the subtask belongs to its plan. */
export const isExpected = (
  context: CoordinatorContext,
  { id, subtask }: { readonly id: CheckpointId; readonly subtask: SubtaskId }
): boolean => context.pending.includes(id) && context.subtasks.includes(subtask)

/** With this subtask all have reached the end of their data. */
export const hasAllEnded = (context: CoordinatorContext, subtask: SubtaskId): boolean =>
  including(context.ended, subtask).length === context.subtasks.length

// Starts.

type Start = Extract<CoordinatorEvent, { readonly type: "coordinator.start" }>

/** The log's checkpoints become parts; those that it no longer offers were found damaged. */
export const takeOver = (context: CoordinatorContext, { recorded }: Start): ReadonlyArray<CoordinatorStep> => {
  const lost = context.retained.filter((id) => !recorded.includes(id))
  return [
    { _tag: "ToParts", keys: lost, event: { type: "checkpoint.corrupt" } },
    { _tag: "StopParts", keys: lost },
    {
      _tag: "StartParts",
      parts: recorded
        .filter((id) => !context.pending.includes(id) && !context.retained.includes(id))
        .map((id) => ({
          key: id,
          input: {
            barrier: { id, kind: "checkpoint", base: null, alignment: "aligned" },
            subtasks: [],
            isRecorded: true
          }
        }))
    }
  ]
}

/** K1, K5, K7: a new attempt begins; only what is finalizing, and what it may refer to, is left of the former one. */
export const started = (context: CoordinatorContext, event: Start): CoordinatorContext => {
  const nextId = Math.max(context.nextId, event.nextId)
  return {
    ...emptyCoordinator(context.policy),
    subtasks: sorted(event.subtasks),
    firstId: nextId,
    nextId,
    idsEnd: event.idsEnd,
    pending: context.pending,
    savepoints: context.savepoints,
    pins: context.pins,
    retained: sorted(event.recorded.filter((id) => !context.pending.includes(id)))
  }
}

/** What the log says of the manifests that were in flight when the last attempt ended (rule 2). */
export const settle = (context: CoordinatorContext, { recorded, kept }: Start): ReadonlyArray<CoordinatorStep> => {
  const stands = (id: CheckpointId): boolean => recorded.includes(id) || kept.includes(id)
  return [
    { _tag: "ToParts", keys: context.pending.filter(stands), event: { type: "manifest.written" } },
    {
      _tag: "ToParts",
      keys: context.pending.filter((id) => !stands(id)),
      event: { type: "manifest.failed", reason: "restarted" }
    }
  ]
}
