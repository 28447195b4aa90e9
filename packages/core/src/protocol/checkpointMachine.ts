/**
 * The life of one checkpoint: a part of the coordinator.
 *
 * K1 Completed only after every subtask of the plan has acknowledged and the manifest stands in the log (rule 1, S3, S7).
 * K2 While finalizing, neither expiry nor decline nor subsumption nor a job failure invalidates: the manifest's outcome
 *    is unknown until the log has answered (rule 2, S14).
 * K3 Completed and invalidated exclude each other, but for the two ways out of completed: retired and corrupt (S11).
 */
import { assign, setup } from "xstate"
import type { Barrier } from "../model/Barrier.ts"
import type { CheckpointId, SubtaskId } from "../model/ids.ts"
import type { InternalCommand } from "./component.ts"
import type { CoordinatorEvent } from "./coordinatorMachine.ts"

/** Where a subtask's snapshot lies. */
export interface StateHandle {
  readonly object: string
  /** Bytes. */
  readonly size: number
}

export interface Acknowledgement {
  readonly subtask: SubtaskId
  readonly handle: StateHandle
}

export type InvalidationReason =
  | "declined"
  | "expired"
  | "storageFailed"
  | "subsumed"
  | "superseded"
  | "restarted"
  | "stopped"
  | "fenced"
  | "retired"
  | "corrupt"

export interface CheckpointInput {
  readonly barrier: Barrier
  /** The plan: every subtask that has to acknowledge, sorted. */
  readonly subtasks: ReadonlyArray<SubtaskId>
  /** True for a checkpoint that the log already holds. */
  readonly isRecorded: boolean
}

export interface CheckpointContext {
  readonly barrier: Barrier
  /** Sorted. */
  readonly awaiting: ReadonlyArray<SubtaskId>
  /** Sorted by subtask. */
  readonly acknowledged: ReadonlyArray<Acknowledgement>
  readonly isRecorded: boolean
  readonly reason: InvalidationReason | null
}

export type CheckpointEvent =
  | { readonly type: "checkpoint.acknowledge"; readonly subtask: SubtaskId; readonly handle: StateHandle }
  | { readonly type: "checkpoint.decline"; readonly subtask: SubtaskId; readonly reason: InvalidationReason }
  | { readonly type: "checkpoint.expire" }
  | { readonly type: "checkpoint.subsume" }
  | { readonly type: "checkpoint.abort"; readonly reason: InvalidationReason }
  | { readonly type: "checkpoint.retire" }
  | { readonly type: "manifest.written" }
  | { readonly type: "manifest.failed"; readonly reason: InvalidationReason }

export type CheckpointCommand =
  | { readonly _tag: "TriggerSources"; readonly barrier: Barrier }
  | { readonly _tag: "SetTimer"; readonly timer: string; readonly delay: "checkpointTimeout" }
  | { readonly _tag: "CancelTimer"; readonly timer: string }
  | {
      readonly _tag: "WriteManifest"
      readonly barrier: Barrier
      readonly acknowledged: ReadonlyArray<Acknowledgement>
    }
  | { readonly _tag: "ReleaseState"; readonly id: CheckpointId; readonly objects: ReadonlyArray<string> }
  | { readonly _tag: "RetireCheckpoint"; readonly id: CheckpointId }

export type CheckpointPartCommand = CheckpointCommand | InternalCommand<never, never, CoordinatorEvent>

/** The checkpoint whose time is up, for the timer that {@link expiryTimer} names; null for other timers. */
export const expiredCheckpoint = (timer: string): CheckpointId | null =>
  timer.startsWith("checkpoint:") ? Number(timer.slice("checkpoint:".length)) : null

export const expiryTimer = (id: CheckpointId): string => `checkpoint:${id}`

const acknowledge = (
  context: CheckpointContext,
  { subtask, handle }: Acknowledgement
): Pick<CheckpointContext, "awaiting" | "acknowledged"> => ({
  awaiting: context.awaiting.filter((awaited) => awaited !== subtask),
  acknowledged: [...context.acknowledged, { subtask, handle }].sort((a, b) => (a.subtask < b.subtask ? -1 : 1))
})

const setExpiry = ({ barrier }: CheckpointContext): CheckpointPartCommand => ({
  _tag: "SetTimer",
  timer: expiryTimer(barrier.id),
  delay: "checkpointTimeout"
})

const cancelExpiry = ({ barrier }: CheckpointContext): CheckpointPartCommand => ({
  _tag: "CancelTimer",
  timer: expiryTimer(barrier.id)
})

const tellOwner = (event: CoordinatorEvent): CheckpointPartCommand => ({ _tag: "ToOwner", event })

const releaseState = ({ barrier, acknowledged }: CheckpointContext): CheckpointPartCommand => ({
  _tag: "ReleaseState",
  id: barrier.id,
  objects: acknowledged.map((acknowledgement) => acknowledgement.handle.object)
})

export const checkpointMachine = setup({
  types: {
    context: {} as CheckpointContext,
    events: {} as CheckpointEvent,
    input: {} as CheckpointInput
  },
  actions: {
    perform: (_, _commands: ReadonlyArray<CheckpointPartCommand>) => {},
    acknowledge: assign(({ context }, acknowledgement: Acknowledgement) => acknowledge(context, acknowledgement)),
    resolve: assign((_, reason: InvalidationReason) => ({ reason }))
  },
  guards: {
    isRecorded: ({ context }) => context.isRecorded,
    isAwaited: ({ context }, subtask: SubtaskId) => context.awaiting.includes(subtask),
    isLastAwaited: ({ context }, subtask: SubtaskId) =>
      context.awaiting.length === 1 && context.awaiting[0] === subtask
  }
}).createMachine({
  id: "checkpoint",
  initial: "created",
  context: ({ input }) => ({
    barrier: input.barrier,
    awaiting: input.isRecorded ? [] : input.subtasks,
    acknowledged: [],
    isRecorded: input.isRecorded,
    reason: null
  }),
  states: {
    created: {
      description: "Decides whether the checkpoint begins or already stands in the log.",
      always: [{ guard: "isRecorded", target: "completed" }, { target: "pending" }]
    },
    pending: {
      description: "Neither completed nor invalidated.",
      initial: "inFlight",
      states: {
        inFlight: {
          description: "Barriers travel; subtasks acknowledge.",
          initial: "triggering",
          entry: {
            type: "perform",
            params: ({ context }) => [{ _tag: "TriggerSources", barrier: context.barrier }, setExpiry(context)]
          },
          exit: { type: "perform", params: ({ context }) => [cancelExpiry(context)] },
          states: {
            triggering: {
              description: "Sources were told; no subtask has acknowledged yet.",
              exit: {
                type: "perform",
                params: ({ context }) => [tellOwner({ type: "checkpoint.collecting", id: context.barrier.id })]
              }
            },
            collecting: { description: "At least one subtask has acknowledged." }
          },
          // An acknowledgement of a subtask that is not awaited is a duplicate: dropped.
          on: {
            "checkpoint.acknowledge": [
              {
                guard: { type: "isLastAwaited", params: ({ event }) => event.subtask },
                target: "finalizing",
                actions: { type: "acknowledge", params: ({ event }) => event }
              },
              {
                guard: { type: "isAwaited", params: ({ event }) => event.subtask },
                target: ".collecting",
                actions: { type: "acknowledge", params: ({ event }) => event }
              }
            ],
            "checkpoint.decline": {
              target: "#checkpoint.invalidated",
              actions: { type: "resolve", params: ({ event }) => event.reason }
            },
            "checkpoint.expire": {
              target: "#checkpoint.invalidated",
              actions: { type: "resolve", params: "expired" }
            },
            "checkpoint.subsume": {
              target: "#checkpoint.invalidated",
              actions: { type: "resolve", params: "subsumed" }
            },
            "checkpoint.abort": {
              target: "#checkpoint.invalidated",
              actions: { type: "resolve", params: ({ event }) => event.reason }
            }
          }
        },
        finalizing: {
          // K2: checkpoint.expire, .decline, .subsume and .abort are dropped here on purpose.
          description: "Manifest write outstanding; its place in the log is the commit point.",
          entry: {
            type: "perform",
            params: ({ context }) => [
              { _tag: "WriteManifest", barrier: context.barrier, acknowledged: context.acknowledged }
            ]
          },
          on: {
            "manifest.written": {
              target: "#checkpoint.completed",
              actions: {
                type: "perform",
                params: ({ context }) => [tellOwner({ type: "checkpoint.completed", id: context.barrier.id })]
              }
            },
            "manifest.failed": {
              target: "#checkpoint.invalidated",
              actions: { type: "resolve", params: ({ event }) => event.reason }
            }
          }
        }
      }
    },
    completed: {
      description: "Stands in the log; a restore may use it.",
      on: {
        "checkpoint.retire": {
          target: "invalidated.retired",
          actions: { type: "resolve", params: "retired" }
        }
      }
    },
    invalidated: {
      description: "No restore may use it.",
      initial: "abandoned",
      states: {
        abandoned: {
          description: "It never completed; its state is released and its number is never used again.",
          entry: {
            type: "perform",
            params: ({ context }) => [
              releaseState(context),
              tellOwner({
                type: "checkpoint.invalidated",
                id: context.barrier.id,
                reason: context.reason ?? "declined"
              })
            ]
          }
        },
        retired: {
          description: "It was completed and enough newer ones stand; its entry and objects are removed.",
          entry: {
            type: "perform",
            params: ({ context }) => [{ _tag: "RetireCheckpoint", id: context.barrier.id }]
          }
        }
      }
    }
  }
})
