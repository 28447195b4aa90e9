/**
 * The checkpoint coordinator of a job: when to trigger, what is pending, what is retained. Checkpoints are its parts.
 *
 * K1 Ids strictly increase; an id is used only inside a block that a claim has reserved durably (rule 3, S6).
 * K2 At most `concurrentMax` checkpoints are pending, at most one is triggering; a terminal one is exempt (S11). Beside
 *    them there is at most one savepoint.
 * K3 On completion: recorded, then older pending ones subsumed, then subtasks notified, then retention (rule 1).
 * K4 Once every subtask has ended its data the final checkpoint is triggered at once and repeated until it completes
 *    (rule 7), whatever trigger, pause or cap.
 * K5 Suspended means: nothing is triggered; what is finalizing keeps waiting for its outcome (rule 2).
 * K6 The job is told that checkpoints fail only by the running attempt, and only for a failure that is counted.
 * K7 The base of a checkpoint is the newest that was completed in the running attempt. It is not retired while that
 *    checkpoint is pending, but by the first completion or invalidation after that (rule 4).
 * K8 A savepoint refers to no other checkpoint and none to it; it is never subsumed and never retired, and one of a job
 *    that runs on commits nothing, subsumes nothing and retires nothing (rule 6).
 */
import { assign, setup } from "xstate"
import { endsData, type TerminalKind } from "../model/Barrier.ts"
import type { CheckpointId, SubtaskId } from "../model/ids.ts"
import type { StateHandle } from "./checkpointMessages.ts"
import {
  afterCompletion,
  afterInvalidation,
  begin,
  beginInterval,
  type Completed,
  type CoordinatorContext,
  type CoordinatorStep,
  complete,
  emptyCoordinator,
  giveUp,
  hasAllEnded,
  type Invalidated,
  invalidate,
  isExpected,
  isTerminalDue,
  nextTrigger,
  refuseRequests,
  refuseSavepoints,
  retain,
  retire,
  settle,
  startCheckpoint,
  started,
  takeOver,
  triggerDecision
} from "./coordinatorContext.ts"
import type { CoordinatorEvent, CoordinatorInput } from "./coordinatorMessages.ts"
import { including } from "./sorted.ts"

export type { CoordinatorCommand, CoordinatorEvent, CoordinatorInput } from "./coordinatorMessages.ts"

const isTimer = (event: CoordinatorEvent, timer: string): boolean =>
  event.type === "timer.fired" && event.timer === timer

const acknowledge = (event: {
  readonly id: CheckpointId
  readonly subtask: SubtaskId
  readonly handle: StateHandle
}): CoordinatorStep => ({
  _tag: "ToParts",
  keys: [event.id],
  event: { type: "checkpoint.acknowledge", subtask: event.subtask, handle: event.handle }
})

export const coordinatorMachine = setup({
  types: {
    context: {} as CoordinatorContext,
    events: {} as CoordinatorEvent,
    input: {} as CoordinatorInput
  },
  actions: {
    perform: (_, _commands: ReadonlyArray<CoordinatorStep>) => {},
    begin: assign(({ context }) => begin(context)),
    complete: assign(({ context }, what: Completed) => complete(context, what)),
    invalidate: assign(({ context }, what: Invalidated) => invalidate(context, what)),
    retain: assign(({ context }) => retain(context)),
    end: assign(({ context }, subtask: SubtaskId) => ({ ended: including(context.ended, subtask) })),
    wantTerminal: assign((_, kind: TerminalKind) => ({ terminal: { kind, isWanted: true, id: null } }))
  },
  guards: {
    canTrigger: ({ context }) => nextTrigger(context) !== null,
    mustReserve: ({ context }) => context.nextId >= context.idsEnd && !context.isReserving,
    isManualRefused: ({ context }) => triggerDecision(context, "manual")._tag === "Drop",
    isSavepointRefused: ({ context }) => triggerDecision(context, "savepoint")._tag === "Drop",
    isDrain: (_, kind: TerminalKind) => endsData(kind),
    isLastToEnd: ({ context }, subtask: SubtaskId) => hasAllEnded(context, subtask),
    isExpected: ({ context }, from: { readonly id: CheckpointId; readonly subtask: SubtaskId }) =>
      isExpected(context, from),
    isStanding: ({ context }, id: CheckpointId) => context.retained.includes(id),
    isTerminal: ({ context }, id: CheckpointId) => context.terminal?.id === id,
    isInterval: ({ event }) => isTimer(event, "interval"),
    isMinPause: ({ event }) => isTimer(event, "minPause"),
    isTerminalRetry: ({ context, event }) => isTimer(event, "terminalRetry") && isTerminalDue(context)
  }
}).createMachine({
  id: "coordinator",
  initial: "inactive",
  context: ({ input }) => emptyCoordinator(input.policy),
  // Outcomes of manifests, acknowledgements and the ends of parts are heard in every state (K5).
  on: {
    "manifest.recorded": {
      actions: {
        type: "perform",
        params: ({ event }) => [{ _tag: "ToParts", keys: [event.id], event: { type: "manifest.written" } }]
      }
    },
    "manifest.refused": {
      actions: {
        type: "perform",
        params: ({ event }) => [
          { _tag: "ToParts", keys: [event.id], event: { type: "manifest.failed", reason: event.reason } }
        ]
      }
    },
    "subtask.acknowledged": [
      // Accepted, or a duplicate that the checkpoint drops: its state is that of the first.
      {
        guard: { type: "isExpected", params: ({ event }) => event },
        actions: { type: "perform", params: ({ event }) => [acknowledge(event)] }
      },
      // A duplicate is dropped: its state belongs to a checkpoint that stands.
      { guard: { type: "isStanding", params: ({ event }) => event.id } },
      // Late or unknown: nobody refers to the state.
      {
        actions: {
          type: "perform",
          params: ({ event }) => [{ _tag: "ReleaseState", id: event.id, objects: [event.handle.object] }]
        }
      }
    ],
    "subtask.declined": {
      actions: {
        type: "perform",
        params: ({ event }) => [
          {
            _tag: "ToParts",
            keys: [event.id],
            event: { type: "checkpoint.decline", subtask: event.subtask, reason: event.reason }
          }
        ]
      }
    },
    "checkpoint.expired": {
      actions: {
        type: "perform",
        params: ({ event }) => [{ _tag: "ToParts", keys: [event.id], event: { type: "checkpoint.expire" } }]
      }
    },
    "checkpoint.collecting": {
      actions: assign({
        triggering: ({ context, event }) => (context.triggering === event.id ? null : context.triggering)
      })
    },
    "checkpoint.completed": {
      actions: [
        { type: "complete", params: ({ event }) => event },
        { type: "perform", params: ({ context, event }) => afterCompletion(context, event) },
        "retain"
      ]
    },
    "checkpoint.invalidated": {
      actions: [
        { type: "invalidate", params: ({ event }) => event },
        { type: "perform", params: ({ event }) => afterInvalidation(event) }
      ]
    }
  },
  states: {
    inactive: {
      description: "No attempt is running; nothing is triggered.",
      on: {
        "coordinator.start": {
          target: "active",
          actions: [
            { type: "perform", params: ({ context, event }) => takeOver(context, event) },
            assign(({ context, event }) => started(context, event)),
            { type: "perform", params: ({ context, event }) => settle(context, event) }
          ]
        },
        "trigger.request": {
          actions: { type: "perform", params: [{ _tag: "RefuseRequest", reason: "notRunning" }] }
        },
        "savepoint.request": {
          actions: { type: "perform", params: [{ _tag: "RefuseSavepoint", reason: "notRunning" }] }
        }
      }
    },
    active: {
      description: "An attempt is running.",
      initial: "regular",
      always: [
        {
          guard: "mustReserve",
          actions: [
            { type: "perform", params: ({ context }) => [{ _tag: "ReserveIds", from: context.nextId }] },
            assign({ isReserving: true })
          ]
        },
        {
          guard: "canTrigger",
          actions: [{ type: "perform", params: ({ context }) => [startCheckpoint(context)] }, "begin"]
        }
      ],
      on: {
        "ids.reserved": {
          actions: assign(({ context, event }) => ({
            idsEnd: Math.max(context.idsEnd, event.end),
            isReserving: false
          }))
        },
        "coordinator.suspend": {
          target: "inactive",
          actions: [
            {
              type: "perform",
              params: ({ context, event }) => [
                { _tag: "CancelTimer", timer: "minPause" },
                { _tag: "CancelTimer", timer: "terminalRetry" },
                ...refuseRequests(context),
                {
                  _tag: "ToParts",
                  keys: context.pending,
                  event: { type: "checkpoint.abort", reason: event.reason }
                }
              ]
            },
            assign({ manualWanted: 0, savepointsWanted: 0 })
          ]
        },
        "checkpoint.invalidated": {
          actions: [
            { type: "invalidate", params: ({ event }) => event },
            {
              type: "perform",
              params: ({ context, event }) => [
                ...afterInvalidation(event),
                ...giveUp(context, event),
                ...retire(context)
              ]
            },
            "retain"
          ]
        },
        "subtask.ended": { actions: { type: "end", params: ({ event }) => event.subtask } },
        "trigger.request": {
          actions: { type: "perform", params: [{ _tag: "RefuseRequest", reason: "terminalPending" }] }
        },
        "savepoint.request": {
          actions: { type: "perform", params: [{ _tag: "RefuseSavepoint", reason: "terminalPending" }] }
        },
        "timer.fired": { guard: "isMinPause", actions: assign({ isPauseOver: true }) }
      },
      states: {
        regular: {
          description: "Checkpoints are triggered as the policy says.",
          entry: {
            type: "perform",
            params: ({ context }) => beginInterval(context)
          },
          on: {
            "timer.fired": {
              guard: "isInterval",
              actions: [
                assign({ isPeriodicWanted: true }),
                { type: "perform", params: ({ context }) => beginInterval(context) }
              ]
            },
            // Whichever came first, the interval begins anew; the count does so with every trigger.
            "count.reached": {
              actions: [
                assign({ isPeriodicWanted: true }),
                { type: "perform", params: ({ context }) => beginInterval(context) }
              ]
            },
            "interval.adapted": {
              actions: { type: "perform", params: ({ context }) => beginInterval(context) }
            },
            "trigger.request": [
              {
                guard: "isManualRefused",
                actions: { type: "perform", params: [{ _tag: "RefuseRequest", reason: "tooManyRequests" }] }
              },
              { actions: assign({ manualWanted: ({ context }) => context.manualWanted + 1 }) }
            ],
            "savepoint.request": [
              {
                guard: "isSavepointRefused",
                actions: { type: "perform", params: [{ _tag: "RefuseSavepoint", reason: "tooManyRequests" }] }
              },
              { actions: assign({ savepointsWanted: ({ context }) => context.savepointsWanted + 1 }) }
            ],
            "subtask.ended": [
              {
                guard: { type: "isLastToEnd", params: ({ event }) => event.subtask },
                target: "ending",
                actions: [
                  { type: "end", params: ({ event }) => event.subtask },
                  { type: "wantTerminal", params: ({ context }) => context.endKind }
                ]
              },
              { actions: { type: "end", params: ({ event }) => event.subtask } }
            ],
            "coordinator.stop": [
              // Checkpoints go on until the data has ended everywhere; then it is as at the end of all input.
              {
                guard: { type: "isDrain", params: ({ event }) => event.kind },
                actions: [
                  assign({ endKind: ({ event }) => (event.kind === "finalSavepoint" ? "finalSavepoint" : "final") }),
                  { type: "perform", params: [{ _tag: "DrainSources" }] }
                ]
              },
              { target: "ending", actions: { type: "wantTerminal", params: ({ event }) => event.kind } }
            ]
          },
          exit: { type: "perform", params: [{ _tag: "CancelTimer", timer: "interval" }] }
        },
        ending: {
          // Requests that waited are answered by the terminal checkpoint; coordinator.stop is dropped on purpose.
          description: "Only the terminal checkpoint matters; it is repeated until it completes (K4).",
          entry: [
            { type: "perform", params: ({ context }) => refuseSavepoints(context, "terminalPending") },
            assign({ isPeriodicWanted: false, manualWanted: 0, savepointsWanted: 0 })
          ],
          on: {
            "timer.fired": {
              guard: "isTerminalRetry",
              actions: {
                type: "wantTerminal",
                params: ({ context }) => context.terminal?.kind ?? context.endKind
              }
            },
            "checkpoint.completed": {
              guard: { type: "isTerminal", params: ({ event }) => event.id },
              target: "settled",
              actions: [
                { type: "complete", params: ({ event }) => event },
                { type: "perform", params: ({ context, event }) => afterCompletion(context, event) },
                "retain"
              ]
            },
            "checkpoint.invalidated": {
              guard: { type: "isTerminal", params: ({ event }) => event.id },
              actions: [
                { type: "invalidate", params: ({ event }) => event },
                {
                  type: "perform",
                  params: ({ context, event }) => [
                    ...afterInvalidation(event),
                    ...giveUp(context, event),
                    ...retire(context),
                    { _tag: "SetTimer", timer: "terminalRetry", delay: "terminalRetry" }
                  ]
                },
                "retain"
              ]
            }
          }
        },
        settled: { description: "The terminal checkpoint is completed; subtasks commit and finish." }
      }
    }
  }
})
