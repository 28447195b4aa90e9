/**
 * One parallel instance of a task: alignment of barriers, captures, end of data.
 *
 * K1 Capture, then forward, then unblock, in one step, before the next element is taken (S16, S17).
 * K2 A newer barrier supersedes an alignment; an invalidation releases it; a stale barrier changes nothing.
 * K3 After end of data barriers still flow: an ended subtask aligns and captures like a running one (rule 7).
 * K4 A subtask finishes only after the terminal checkpoint is completed and its commits are done.
 */
import { assign, setup } from "xstate"
import type { Barrier, CheckpointKind } from "../model/Barrier.ts"
import type { ChannelId, CheckpointId, SubtaskId } from "../model/ids.ts"
import { type Alignment, isComplete, isStale, isSuperseding, released } from "./alignment.ts"
import type { InvalidationReason, StateHandle } from "./checkpointMachine.ts"
import type { CommitterEvent, CommitterInput, Prepared } from "./committerMachine.ts"
import type { InternalCommand } from "./component.ts"
import type { CoordinatorEvent } from "./coordinatorMachine.ts"
import type { JobEvent } from "./jobMachine.ts"
import { excluding, including, sorted } from "./sorted.ts"

export interface SubtaskInput {
  readonly subtask: SubtaskId
  /** Input channels; empty for a source. */
  readonly channels: ReadonlyArray<ChannelId>
  /** True for a sink with two-phase commit. */
  readonly hasCommitter: boolean
}

export interface SubtaskContext extends Alignment {
  readonly subtask: SubtaskId
  readonly hasCommitter: boolean
  /** Channels that have reached end of data, sorted. */
  readonly endedChannels: ReadonlyArray<ChannelId>
  /** Captured checkpoints whose snapshots are being written, sorted. */
  readonly capturing: ReadonlyArray<CheckpointId>
  /** The terminal checkpoint, once it is completed. */
  readonly terminal: CheckpointId | null
}

export type SubtaskEvent =
  | { readonly type: "state.restore" }
  | {
      readonly type: "state.restored"
      readonly lastId: CheckpointId
      /** Transactions of the restored checkpoint that this subtask has to commit. */
      readonly prepared: ReadonlyArray<Prepared>
    }
  | { readonly type: "trigger.received"; readonly barrier: Barrier }
  | { readonly type: "barrier.received"; readonly channel: ChannelId; readonly barrier: Barrier }
  | { readonly type: "data.ended"; readonly channel: ChannelId }
  | { readonly type: "source.exhausted" }
  | { readonly type: "transaction.prepared"; readonly id: CheckpointId; readonly transaction: string }
  | { readonly type: "capture.persisted"; readonly id: CheckpointId; readonly handle: StateHandle }
  | { readonly type: "capture.failed"; readonly id: CheckpointId }
  | { readonly type: "checkpoint.completed"; readonly id: CheckpointId; readonly kind: CheckpointKind }
  | { readonly type: "checkpoint.invalidated"; readonly id: CheckpointId; readonly reason: InvalidationReason }
  | { readonly type: "transactions.committed"; readonly upTo: CheckpointId }
  | { readonly type: "commits.settled"; readonly upTo: CheckpointId }
  | { readonly type: "subtask.cancel" }

export type SubtaskCommand =
  | { readonly _tag: "Block"; readonly channel: ChannelId }
  | { readonly _tag: "Unblock"; readonly channels: ReadonlyArray<ChannelId> }
  | { readonly _tag: "Capture"; readonly barrier: Barrier }
  | { readonly _tag: "Forward"; readonly barrier: Barrier }
  | { readonly _tag: "EmitEndOfData" }
  | { readonly _tag: "AbandonCapture"; readonly id: CheckpointId }
  | { readonly _tag: "ReleaseState"; readonly id: CheckpointId; readonly objects: ReadonlyArray<string> }
  | {
      readonly _tag: "Commit"
      readonly upTo: CheckpointId
      readonly transactions: ReadonlyArray<string>
    }
  | { readonly _tag: "TellCoordinator"; readonly event: CoordinatorEvent }
  | { readonly _tag: "TellJob"; readonly event: JobEvent }

type OwnCommand = SubtaskCommand | InternalCommand<CommitterInput, CommitterEvent, never>

/** The only part of a subtask is its committer. */
export const committerKey = 0

const capture = (context: SubtaskContext, barrier: Barrier): ReadonlyArray<OwnCommand> => [
  { _tag: "Capture", barrier },
  { _tag: "Forward", barrier },
  ...(context.blocked.length > 0 ? [{ _tag: "Unblock", channels: context.blocked } as const] : [])
]

const captured = (context: SubtaskContext, barrier: Barrier): Partial<SubtaskContext> => ({
  ...released(context, barrier.id),
  capturing: including(context.capturing, barrier.id)
})

const abandon = (context: SubtaskContext): ReadonlyArray<OwnCommand> =>
  context.barrier === null
    ? []
    : [
        { _tag: "Unblock", channels: context.blocked },
        {
          _tag: "TellCoordinator",
          event: {
            type: "subtask.declined",
            subtask: context.subtask,
            id: context.barrier.id,
            reason: "superseded"
          }
        }
      ]

const align = (
  context: SubtaskContext,
  { channel, barrier }: { readonly channel: ChannelId; readonly barrier: Barrier }
): Partial<SubtaskContext> => ({
  barrier,
  blocked: including(context.barrier?.id === barrier.id ? context.blocked : [], channel)
})

const toCommitter = (event: CommitterEvent): OwnCommand => ({ _tag: "ToParts", keys: [committerKey], event })

const finished = (context: SubtaskContext): ReadonlyArray<OwnCommand> => [
  { _tag: "TellJob", event: { type: "subtask.finished", subtask: context.subtask } }
]

export const subtaskMachine = setup({
  types: { context: {} as SubtaskContext, events: {} as SubtaskEvent, input: {} as SubtaskInput },
  actions: {
    perform: (_, _commands: ReadonlyArray<OwnCommand>) => {},
    captured: assign(({ context }, barrier: Barrier) => captured(context, barrier)),
    release: assign(({ context }, id: CheckpointId) => released(context, id)),
    align: assign(({ context }, at: { readonly channel: ChannelId; readonly barrier: Barrier }) => align(context, at)),
    forget: assign(({ context }, id: CheckpointId) => ({
      capturing: excluding(context.capturing, id),
      invalidated: id > context.lastId ? including(context.invalidated, id) : context.invalidated
    })),
    written: assign(({ context }, id: CheckpointId) => ({ capturing: excluding(context.capturing, id) }))
  },
  guards: {
    isStale: ({ context }, barrier: Barrier) => isStale(context, barrier),
    isComplete: ({ context }, at: { readonly channel: ChannelId; readonly barrier: Barrier }) =>
      isComplete(context, at.channel, at.barrier),
    isSuperseding: ({ context }, barrier: Barrier) => isSuperseding(context, barrier),
    isAligning: ({ context }, id: CheckpointId) => context.barrier?.id === id,
    isCapturing: ({ context }, id: CheckpointId) => context.capturing.includes(id),
    isLastChannel: ({ context }, channel: ChannelId) =>
      including(context.endedChannels, channel).length === context.channels.length,
    isTerminal: (_, kind: CheckpointKind) => kind !== "checkpoint",
    hasNoCommitter: ({ context }) => !context.hasCommitter,
    isSettled: ({ context }, upTo: CheckpointId) => context.terminal !== null && upTo >= context.terminal
  }
}).createMachine({
  id: "subtask",
  initial: "deploying",
  context: ({ input }) => ({
    subtask: input.subtask,
    hasCommitter: input.hasCommitter,
    channels: sorted(input.channels),
    endedChannels: [],
    barrier: null,
    blocked: [],
    lastId: 0,
    invalidated: [],
    capturing: [],
    terminal: null
  }),
  on: {
    "subtask.cancel": ".cancelled",
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
            params: ({ context, event }) => [
              {
                _tag: "TellCoordinator",
                event: {
                  type: "subtask.acknowledged",
                  subtask: context.subtask,
                  id: event.id,
                  handle: event.handle
                }
              }
            ]
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
          params: ({ context, event }) => [
            {
              _tag: "TellCoordinator",
              event: {
                type: "subtask.declined",
                subtask: context.subtask,
                id: event.id,
                reason: "storageFailed"
              }
            }
          ]
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
                context.hasCommitter
                  ? [
                      {
                        _tag: "StartParts",
                        parts: [
                          { key: committerKey, input: { restored: event.lastId, prepared: event.prepared } }
                        ]
                      }
                    ]
                  : []
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
                    actions: assign({
                      endedChannels: ({ context, event }) => including(context.endedChannels, event.channel)
                    })
                  },
                  {
                    actions: assign({
                      endedChannels: ({ context, event }) => including(context.endedChannels, event.channel)
                    })
                  }
                ],
                "source.exhausted": "ended"
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
              description: "No barrier is waiting.",
              on: {
                "trigger.received": [
                  // K2
                  { guard: { type: "isStale", params: ({ event }) => event.barrier } },
                  {
                    actions: [
                      { type: "perform", params: ({ context, event }) => capture(context, event.barrier) },
                      { type: "captured", params: ({ event }) => event.barrier }
                    ]
                  }
                ],
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
                      params: ({ context, event }) =>
                        context.capturing.includes(event.id) ? [{ _tag: "AbandonCapture", id: event.id }] : []
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
                      { type: "perform", params: ({ context }) => abandon(context) },
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
                        params: ({ context, event }) =>
                          context.capturing.includes(event.id) ? [{ _tag: "AbandonCapture", id: event.id }] : []
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
      entry: { type: "perform", params: ({ context }) => finished(context) }
    },
    cancelled: {
      description: "The attempt was cancelled; nothing more is done.",
      type: "final"
    }
  }
})
