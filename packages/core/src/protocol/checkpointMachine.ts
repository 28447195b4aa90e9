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
import type { SubtaskId } from "../model/ids.ts"
import {
  type Acknowledgement,
  type CheckpointCommand,
  type CheckpointEvent,
  type CheckpointInput,
  type CheckpointReport,
  expiryTimer,
  type InvalidationReason
} from "./checkpointMessages.ts"
import type { InternalCommand } from "./component.ts"

export {
  type Acknowledgement,
  expiredCheckpoint,
  type InvalidationReason,
  type StateHandle
} from "./checkpointMessages.ts"

export interface CheckpointContext {
  readonly barrier: Barrier
  /** Sorted. */
  readonly awaiting: ReadonlyArray<SubtaskId>
  /** Sorted by subtask. */
  readonly acknowledged: ReadonlyArray<Acknowledgement>
  readonly isRecorded: boolean
  readonly reason: InvalidationReason | null
}

type CheckpointStep = CheckpointCommand | InternalCommand<never, never, CheckpointReport>

const acknowledge = (
  context: CheckpointContext,
  { subtask, handle }: Acknowledgement
): Pick<CheckpointContext, "awaiting" | "acknowledged"> => ({
  awaiting: context.awaiting.filter((awaited) => awaited !== subtask),
  acknowledged: [...context.acknowledged, { subtask, handle }].sort((a, b) => (a.subtask < b.subtask ? -1 : 1))
})

const setExpiry = ({ barrier }: CheckpointContext): CheckpointStep => ({
  _tag: "SetTimer",
  timer: expiryTimer(barrier.id),
  delay: "checkpointTimeout"
})

const cancelExpiry = ({ barrier }: CheckpointContext): CheckpointStep => ({
  _tag: "CancelTimer",
  timer: expiryTimer(barrier.id)
})

const tellOwner = (event: CheckpointReport): CheckpointStep => ({ _tag: "ToOwner", event })

const releaseState = ({ barrier, acknowledged }: CheckpointContext): ReadonlyArray<CheckpointStep> =>
  acknowledged.length === 0
    ? []
    : [{ _tag: "ReleaseState", id: barrier.id, objects: acknowledged.map(({ handle }) => handle.object) }]

export const checkpointMachine = setup({
  types: {
    context: {} as CheckpointContext,
    events: {} as CheckpointEvent,
    input: {} as CheckpointInput
  },
  actions: {
    perform: (_, _commands: ReadonlyArray<CheckpointStep>) => {},
    acknowledge: assign(({ context }, acknowledgement: Acknowledgement) => acknowledge(context, acknowledgement)),
    resolve: assign((_, reason: InvalidationReason) => ({ reason }))
  },
  guards: {
    isRecorded: ({ context }) => context.isRecorded,
    isAwaited: ({ context }, subtask: SubtaskId) => context.awaiting.includes(subtask),
    isLastAwaited: ({ context }, subtask: SubtaskId) => context.awaiting.length === 1 && context.awaiting[0] === subtask
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
                params: ({ context: { barrier } }) => [
                  tellOwner({ type: "checkpoint.completed", id: barrier.id, kind: barrier.kind })
                ]
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
        },
        "checkpoint.corrupt": {
          target: "invalidated.corrupt",
          actions: { type: "resolve", params: "corrupt" }
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
              ...releaseState(context),
              tellOwner({
                type: "checkpoint.invalidated",
                id: context.barrier.id,
                kind: context.barrier.kind,
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
        },
        corrupt: {
          description: "It was completed and can no longer be read; what is left of it is kept for a repair."
        }
      }
    }
  }
})
