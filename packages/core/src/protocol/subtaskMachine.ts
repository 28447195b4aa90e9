/**
 * One parallel instance of a task: alignment of barriers, captures, end of data.
 *
 * K1 Capture, then forward, then unblock, in one step, before the next element is taken (S16, S17).
 * K2 A newer barrier supersedes an alignment; an invalidation releases it; a stale barrier changes nothing.
 * K3 After end of data barriers still flow: an ended subtask aligns and captures like a running one (rule 7).
 * K4 A subtask finishes only after the terminal checkpoint is completed and its commits are done.
 * K5 Barriers that are tracked block nothing: the last one captures, with what has overtaken the others (at least once).
 */
import { assign, setup } from "xstate"
import { type Barrier, type CheckpointKind, isTerminal } from "../model/Barrier.ts"
import type { ChannelId, CheckpointId } from "../model/ids.ts"
import { isComplete, isStale, isSuperseding, released, track } from "./alignment.ts"
import { excluding, including } from "./sorted.ts"
import {
  abandonAlignment,
  abandonCapture,
  acknowledge,
  align,
  capture,
  captured,
  committerKey,
  emptySubtask,
  forget,
  type SubtaskContext,
  type SubtaskStep,
  startCommitter,
  toCommitter
} from "./subtaskContext.ts"
import type { SubtaskEvent, SubtaskInput } from "./subtaskMessages.ts"

export { committerKey } from "./subtaskContext.ts"
export type { SubtaskCommand, SubtaskEvent, SubtaskInput } from "./subtaskMessages.ts"

export const subtaskMachine = setup({
  types: { context: {} as SubtaskContext, events: {} as SubtaskEvent, input: {} as SubtaskInput },
  actions: {
    perform: (_, _commands: ReadonlyArray<SubtaskStep>) => {},
    captured: assign(({ context }, barrier: Barrier) => captured(context, barrier)),
    release: assign(({ context }, id: CheckpointId) => released(context, id)),
    align: assign(({ context }, at: { readonly channel: ChannelId; readonly barrier: Barrier }) => align(context, at)),
    track: assign(({ context }, at: { readonly channel: ChannelId; readonly barrier: Barrier }) =>
      track(context, at.channel, at.barrier)
    ),
    forget: assign(({ context }, id: CheckpointId) => forget(context, id)),
    endChannel: assign(({ context }, channel: ChannelId) => ({
      endedChannels: including(context.endedChannels, channel)
    })),
    written: assign(({ context }, id: CheckpointId) => ({ capturing: excluding(context.capturing, id) }))
  },
  guards: {
    isFreshTrigger: ({ context }, barrier: Barrier) => context.channels.length === 0 && !isStale(context, barrier),
    isStale: ({ context }, barrier: Barrier) => isStale(context, barrier),
    isComplete: ({ context }, at: { readonly channel: ChannelId; readonly barrier: Barrier }) =>
      isComplete(context, at.channel, at.barrier),
    isTracked: (_, barrier: Barrier) => barrier.alignment === "tracked",
    isSuperseding: ({ context }, barrier: Barrier) => isSuperseding(context, barrier),
    isAligning: ({ context }, id: CheckpointId) => context.barrier?.id === id,
    isCapturing: ({ context }, id: CheckpointId) => context.capturing.includes(id),
    isLastChannel: ({ context }, channel: ChannelId) =>
      including(context.endedChannels, channel).length === context.channels.length,
    isTerminal: (_, kind: CheckpointKind) => isTerminal(kind),
    hasNoCommitter: ({ context }) => !context.hasCommitter,
    isSettled: ({ context }, upTo: CheckpointId) => context.terminal !== null && upTo >= context.terminal
  }
}).createMachine({
  id: "subtask",
  initial: "deploying",
  context: ({ input }) => emptySubtask(input),
  on: {
    "subtask.cancel": {
      target: ".cancelled",
      actions: [{ type: "perform", params: [{ _tag: "StopParts", keys: [committerKey] }] }, assign({ capturing: [] })]
    },
    "transaction.prepared": {
      actions: {
        type: "perform",
        params: ({ event }) => [
          toCommitter({ type: "transaction.prepared", id: event.id, transaction: event.transaction })
        ]
      }
    },
    "transactions.committed": {
      actions: {
        type: "perform",
        params: ({ event }) => [toCommitter({ type: "transactions.committed", upTo: event.upTo })]
      }
    },
    "capture.persisted": [
      {
        guard: { type: "isCapturing", params: ({ event }) => event.id },
        actions: [
          { type: "written", params: ({ event }) => event.id },
          {
            type: "perform",
            params: ({ context, event }) => [acknowledge(context, event.id, event.handle)]
          }
        ]
      },
      // The checkpoint was invalidated while its snapshot was being written.
      {
        actions: {
          type: "perform",
          params: ({ event }) => [{ _tag: "ReleaseState", id: event.id, objects: [event.handle.object] }]
        }
      }
    ],
    "capture.failed": {
      guard: { type: "isCapturing", params: ({ event }) => event.id },
      actions: [
        { type: "written", params: ({ event }) => event.id },
        {
          type: "perform",
          params: ({ context, event }) => [acknowledge(context, event.id, null)]
        }
      ]
    }
  },
  states: {
    deploying: {
      description: "Channels are connected; nothing is loaded.",
      on: { "state.restore": "restoring" }
    },
    restoring: {
      description: "State and positions are being loaded.",
      on: {
        "state.restored": {
          target: "active",
          actions: [
            assign({ lastId: ({ event }) => event.lastId }),
            {
              type: "perform",
              params: ({ context, event }) =>
                startCommitter(context, { restored: event.lastId, prepared: event.prepared })
            }
          ]
        }
      }
    },
    active: {
      description: "Takes elements, aligns barriers, captures.",
      type: "parallel",
      on: {
        "checkpoint.completed": [
          {
            guard: { type: "isTerminal", params: ({ event }) => event.kind },
            target: "finishing",
            actions: [
              assign({ terminal: ({ event }) => event.id }),
              {
                type: "perform",
                params: ({ event }) => [toCommitter({ type: "checkpoint.completed", id: event.id })]
              }
            ]
          },
          {
            actions: {
              type: "perform",
              params: ({ event }) => [toCommitter({ type: "checkpoint.completed", id: event.id })]
            }
          }
        ]
      },
      states: {
        data: {
          description: "Where the data is.",
          initial: "flowing",
          states: {
            flowing: {
              description: "More records may come.",
              on: {
                "data.ended": [
                  {
                    guard: { type: "isLastChannel", params: ({ event }) => event.channel },
                    target: "ended",
                    actions: { type: "endChannel", params: ({ event }) => event.channel }
                  },
                  {
                    actions: { type: "endChannel", params: ({ event }) => event.channel }
                  }
                ],
                "source.exhausted": "ended",
                "source.drain": { actions: { type: "perform", params: [{ _tag: "DrainSource" }] } }
              }
            },
            ended: {
              description: "End of data was reached and passed on; barriers still flow (K3).",
              entry: {
                type: "perform",
                params: ({ context }) => [
                  { _tag: "EmitEndOfData" },
                  { _tag: "TellCoordinator", event: { type: "subtask.ended", subtask: context.subtask } }
                ]
              }
            }
          }
        },
        alignment: {
          description: "Where the barriers are.",
          initial: "idle",
          states: {
            idle: {
              description: "No channel is blocked; barriers that are tracked are counted.",
              on: {
                // A stale trigger is dropped (K2), and one for a subtask with channels: only a barrier makes it capture.
                "trigger.received": {
                  guard: { type: "isFreshTrigger", params: ({ event }) => event.barrier },
                  actions: [
                    { type: "perform", params: ({ context, event }) => capture(context, event.barrier) },
                    { type: "captured", params: ({ event }) => event.barrier }
                  ]
                },
                "barrier.received": [
                  // K2
                  { guard: { type: "isStale", params: ({ event }) => event.barrier } },
                  {
                    guard: { type: "isComplete", params: ({ event }) => event },
                    actions: [
                      { type: "perform", params: ({ context, event }) => capture(context, event.barrier) },
                      { type: "captured", params: ({ event }) => event.barrier }
                    ]
                  },
                  // K5
                  {
                    guard: { type: "isTracked", params: ({ event }) => event.barrier },
                    actions: { type: "track", params: ({ event }) => event }
                  },
                  {
                    target: "aligning",
                    actions: [
                      { type: "align", params: ({ event }) => event },
                      { type: "perform", params: ({ event }) => [{ _tag: "Block", channel: event.channel }] }
                    ]
                  }
                ],
                "checkpoint.invalidated": {
                  actions: [
                    {
                      type: "perform",
                      params: ({ context, event }) => abandonCapture(context, event.id)
                    },
                    { type: "forget", params: ({ event }) => event.id }
                  ]
                }
              }
            },
            aligning: {
              description: "Some channels have delivered the barrier and are blocked; the others are still read.",
              on: {
                "barrier.received": [
                  // K2
                  { guard: { type: "isStale", params: ({ event }) => event.barrier } },
                  {
                    guard: { type: "isSuperseding", params: ({ event }) => event.barrier },
                    actions: [
                      { type: "perform", params: ({ context }) => abandonAlignment(context) },
                      { type: "align", params: ({ event }) => event },
                      { type: "perform", params: ({ event }) => [{ _tag: "Block", channel: event.channel }] }
                    ]
                  },
                  {
                    guard: { type: "isComplete", params: ({ event }) => event },
                    target: "idle",
                    actions: [
                      { type: "perform", params: ({ context, event }) => capture(context, event.barrier) },
                      { type: "captured", params: ({ event }) => event.barrier }
                    ]
                  },
                  {
                    actions: [
                      { type: "align", params: ({ event }) => event },
                      { type: "perform", params: ({ event }) => [{ _tag: "Block", channel: event.channel }] }
                    ]
                  }
                ],
                "checkpoint.invalidated": [
                  {
                    guard: { type: "isAligning", params: ({ event }) => event.id },
                    target: "idle",
                    actions: [
                      {
                        type: "perform",
                        params: ({ context }) => [{ _tag: "Unblock", channels: context.blocked }]
                      },
                      { type: "release", params: ({ event }) => event.id }
                    ]
                  },
                  {
                    actions: [
                      {
                        type: "perform",
                        params: ({ context, event }) => abandonCapture(context, event.id)
                      },
                      { type: "forget", params: ({ event }) => event.id }
                    ]
                  }
                ]
              }
            }
          }
        }
      }
    },
    finishing: {
      description: "The terminal checkpoint is completed; its commits are under way (K4).",
      always: { guard: "hasNoCommitter", target: "finished" },
      on: {
        "commits.settled": {
          guard: { type: "isSettled", params: ({ event }) => event.upTo },
          target: "finished"
        }
      }
    },
    finished: {
      description: "Everything of this subtask is visible.",
      entry: {
        type: "perform",
        params: ({ context }) => [{ _tag: "TellJob", event: { type: "subtask.finished", subtask: context.subtask } }]
      }
    },
    cancelled: {
      description: "The attempt was cancelled; a snapshot that is written all the same is released.",
      type: "final"
    }
  }
})
