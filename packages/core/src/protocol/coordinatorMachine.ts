/**
 * The checkpoint coordinator of a job: when to trigger, what is pending, what is retained. Checkpoints are its parts.
 *
 * K1 Ids strictly increase; an id is used only inside a block that a claim has reserved durably (rule 3, S6).
 * K2 At most `concurrentMax` checkpoints are pending, at most one is triggering; a terminal one is exempt (S11).
 * K3 On completion: recorded, then older pending ones subsumed, then subtasks notified, then retention (rule 1).
 * K4 Once every subtask has ended its data the final checkpoint is triggered at once and repeated until it completes
 *    (rule 7), whatever trigger, pause or cap.
 * K5 Suspended means: nothing is triggered; what is finalizing keeps waiting for its outcome (rule 2).
 */
import { assign, setup } from "xstate"
import type { CheckpointKind } from "../model/Barrier.ts"
import type { CheckpointId, SubtaskId } from "../model/ids.ts"
import type {
  CheckpointCommand,
  CheckpointEvent,
  CheckpointInput,
  InvalidationReason,
  StateHandle
} from "./checkpointMachine.ts"
import type { InternalCommand } from "./component.ts"
import type { JobEvent } from "./jobMachine.ts"
import type { CheckpointPolicy } from "./policy.ts"
import { excluding, including, sorted } from "./sorted.ts"
import { decideTrigger, type TriggerKind } from "./triggerDecider.ts"

export interface CoordinatorInput {
  readonly policy: CheckpointPolicy
}

export interface CoordinatorContext {
  readonly policy: CheckpointPolicy
  /** The plan, sorted. */
  readonly subtasks: ReadonlyArray<SubtaskId>
  /** Subtasks that have reached end of data, sorted. */
  readonly ended: ReadonlyArray<SubtaskId>
  readonly nextId: CheckpointId
  /** First id beyond the reserved block. */
  readonly idsEnd: CheckpointId
  /** Sorted. */
  readonly pending: ReadonlyArray<CheckpointId>
  readonly triggering: CheckpointId | null
  /** Completed and kept, sorted. */
  readonly retained: ReadonlyArray<CheckpointId>
  readonly isPeriodicWanted: boolean
  readonly manualWanted: number
  readonly isPauseOver: boolean
  readonly terminal: TerminalCheckpoint | null
  /** Counted failures in a row; saturates above `toleratedFailures`. */
  readonly failures: number
  readonly isReserving: boolean
}

/** The checkpoint that ends the run: `final` after end of data, `stop` before an orderly stop. */
export interface TerminalCheckpoint {
  readonly kind: "final" | "stop"
  readonly isWanted: boolean
  readonly id: CheckpointId | null
}

export type CoordinatorEvent =
  | {
      readonly type: "coordinator.start"
      readonly subtasks: ReadonlyArray<SubtaskId>
      readonly nextId: CheckpointId
      readonly idsEnd: CheckpointId
      /** Completed checkpoints that stand in the log before the claim, sorted. */
      readonly recorded: ReadonlyArray<CheckpointId>
    }
  | { readonly type: "coordinator.suspend"; readonly reason: InvalidationReason }
  | { readonly type: "coordinator.stop" }
  | { readonly type: "trigger.request" }
  | { readonly type: "count.reached" }
  | { readonly type: "timer.fired"; readonly timer: string }
  | { readonly type: "checkpoint.expired"; readonly id: CheckpointId }
  | { readonly type: "subtask.ended"; readonly subtask: SubtaskId }
  | {
      readonly type: "subtask.acknowledged"
      readonly subtask: SubtaskId
      readonly id: CheckpointId
      readonly handle: StateHandle
    }
  | {
      readonly type: "subtask.declined"
      readonly subtask: SubtaskId
      readonly id: CheckpointId
      readonly reason: InvalidationReason
    }
  | { readonly type: "manifest.recorded"; readonly id: CheckpointId }
  | { readonly type: "manifest.refused"; readonly id: CheckpointId; readonly reason: InvalidationReason }
  | { readonly type: "ids.reserved"; readonly end: CheckpointId }
  | { readonly type: "checkpoint.collecting"; readonly id: CheckpointId }
  | { readonly type: "checkpoint.completed"; readonly id: CheckpointId }
  | { readonly type: "checkpoint.invalidated"; readonly id: CheckpointId; readonly reason: InvalidationReason }

export type CoordinatorCommand =
  | CheckpointCommand
  | { readonly _tag: "SetTimer"; readonly timer: string; readonly delay: "interval" | "minPause" | "terminalRetry" }
  | { readonly _tag: "CancelTimer"; readonly timer: string }
  | { readonly _tag: "NotifyCompleted"; readonly id: CheckpointId; readonly kind: CheckpointKind }
  | { readonly _tag: "NotifyInvalidated"; readonly id: CheckpointId; readonly reason: InvalidationReason }
  | { readonly _tag: "ReserveIds"; readonly from: CheckpointId }
  | { readonly _tag: "RefuseRequest"; readonly reason: "tooManyRequests" | "terminalPending" }
  | { readonly _tag: "TellJob"; readonly event: JobEvent }

type OwnCommand = CoordinatorCommand | InternalCommand<CheckpointInput, CheckpointEvent, never>

const countedReasons: ReadonlySet<InvalidationReason> = new Set(["declined", "expired", "storageFailed"])

/** What to trigger now, if anything: a terminal checkpoint first, then requests, then the period. */
export const nextTrigger = (context: CoordinatorContext): TriggerKind | null => {
  const kinds: ReadonlyArray<TriggerKind> = [
    ...(context.terminal?.isWanted ? [context.terminal.kind] : []),
    ...(context.manualWanted > 0 ? (["manual"] as const) : []),
    ...(context.isPeriodicWanted ? (["periodic"] as const) : [])
  ]
  return kinds.find((kind) => decision(context, kind)._tag === "Run") ?? null
}

const decision = (context: CoordinatorContext, kind: TriggerKind) =>
  decideTrigger(kind, {
    policy: context.policy,
    pending: context.pending,
    triggering: context.triggering,
    isPauseOver: context.isPauseOver,
    hasIds: context.nextId < context.idsEnd,
    manualQueued: context.manualWanted,
    hasTerminal: context.terminal?.id != null
  })

const kindOf = (context: CoordinatorContext, id: CheckpointId): CheckpointKind =>
  context.terminal?.id === id ? context.terminal.kind : "checkpoint"

const startCheckpoint = (context: CoordinatorContext): OwnCommand => {
  const trigger = nextTrigger(context)
  const kind = trigger === "final" || trigger === "stop" ? trigger : "checkpoint"
  return {
    _tag: "StartParts",
    parts: [
      {
        key: context.nextId,
        input: {
          barrier: { id: context.nextId, kind, base: null, alignment: "aligned" },
          subtasks: context.subtasks,
          isRecorded: false
        }
      }
    ]
  }
}

/** K1, K2: the id is taken, the request that it serves is over. */
const begin = (context: CoordinatorContext): Partial<CoordinatorContext> => {
  const kind = nextTrigger(context)
  const id = context.nextId
  return {
    nextId: id + 1,
    pending: including(context.pending, id),
    triggering: id,
    isPeriodicWanted: kind === "periodic" ? false : context.isPeriodicWanted,
    manualWanted: kind === "manual" ? context.manualWanted - 1 : context.manualWanted,
    terminal: kind === "final" || kind === "stop" ? { kind, isWanted: false, id } : context.terminal
  }
}

const complete = (context: CoordinatorContext, id: CheckpointId): Partial<CoordinatorContext> => ({
  pending: excluding(context.pending, id),
  triggering: context.triggering === id ? null : context.triggering,
  retained: including(context.retained, id),
  failures: 0,
  isPauseOver: false
})

/** Completed checkpoints beyond the number to keep, oldest first. */
const surplus = (context: CoordinatorContext): ReadonlyArray<CheckpointId> =>
  context.retained.slice(0, Math.max(0, context.retained.length - context.policy.retained))

const invalidate = (
  context: CoordinatorContext,
  { id, reason }: { readonly id: CheckpointId; readonly reason: InvalidationReason }
): Partial<CoordinatorContext> => ({
  pending: excluding(context.pending, id),
  triggering: context.triggering === id ? null : context.triggering,
  failures: countedReasons.has(reason) ? Math.min(context.failures + 1, failureCeiling(context)) : context.failures,
  terminal: context.terminal?.id === id ? { ...context.terminal, id: null } : context.terminal
})

const failureCeiling = (context: CoordinatorContext): number => (context.policy.toleratedFailures ?? 0) + 1

const hasAllEnded = (context: CoordinatorContext, subtask: SubtaskId): boolean =>
  including(context.ended, subtask).length === context.subtasks.length

const recordedParts = (context: CoordinatorContext, recorded: ReadonlyArray<CheckpointId>): OwnCommand => ({
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
})

/** What the log says of the manifests that were in flight when the last attempt ended (rule 2). */
const settle = (context: CoordinatorContext, recorded: ReadonlyArray<CheckpointId>): ReadonlyArray<OwnCommand> => [
  {
    _tag: "ToParts",
    keys: context.pending.filter((id) => recorded.includes(id)),
    event: { type: "manifest.written" }
  },
  {
    _tag: "ToParts",
    keys: context.pending.filter((id) => !recorded.includes(id)),
    event: { type: "manifest.failed", reason: "restarted" }
  }
]

/** K3, from "recorded" on; the context is that after the completion. */
const afterCompletion = (context: CoordinatorContext, id: CheckpointId): ReadonlyArray<OwnCommand> => {
  const retired = surplus(context)
  return [
    { _tag: "ToParts", keys: context.pending.filter((older) => older < id), event: { type: "checkpoint.subsume" } },
    { _tag: "NotifyCompleted", id, kind: kindOf(context, id) },
    { _tag: "SetTimer", timer: "minPause", delay: "minPause" },
    { _tag: "ToParts", keys: retired, event: { type: "checkpoint.retire" } },
    { _tag: "StopParts", keys: retired }
  ]
}

const afterInvalidation = (
  context: CoordinatorContext,
  { id, reason }: { readonly id: CheckpointId; readonly reason: InvalidationReason }
): ReadonlyArray<OwnCommand> => [
  { _tag: "StopParts", keys: [id] },
  { _tag: "NotifyInvalidated", id, reason },
  ...(isGivingUp(context) ? [{ _tag: "TellJob", event: { type: "checkpoints.failing", reason } } as const] : [])
]

const isGivingUp = (context: CoordinatorContext): boolean =>
  context.policy.toleratedFailures !== null && context.failures > context.policy.toleratedFailures

const isTimer = (event: CoordinatorEvent, timer: string): boolean =>
  event.type === "timer.fired" && event.timer === timer

export const coordinatorMachine = setup({
  types: {
    context: {} as CoordinatorContext,
    events: {} as CoordinatorEvent,
    input: {} as CoordinatorInput
  },
  actions: {
    perform: (_, _commands: ReadonlyArray<OwnCommand>) => {},
    begin: assign(({ context }) => begin(context)),
    complete: assign(({ context }, id: CheckpointId) => complete(context, id)),
    invalidate: assign(({ context }, what: { readonly id: CheckpointId; readonly reason: InvalidationReason }) =>
      invalidate(context, what)
    ),
    retain: assign(({ context }) => ({ retained: context.retained.slice(surplus(context).length) })),
    end: assign(({ context }, subtask: SubtaskId) => ({ ended: including(context.ended, subtask) })),
    wantTerminal: assign((_, kind: "final" | "stop") => ({ terminal: { kind, isWanted: true, id: null } }))
  },
  guards: {
    canTrigger: ({ context }) => nextTrigger(context) !== null,
    mustReserve: ({ context }) => context.nextId >= context.idsEnd && !context.isReserving,
    isManualRefused: ({ context }) => decision(context, "manual")._tag === "Drop",
    isLastToEnd: ({ context }, subtask: SubtaskId) => hasAllEnded(context, subtask),
    isPending: ({ context }, id: CheckpointId) => context.pending.includes(id),
    isStanding: ({ context }, id: CheckpointId) => context.retained.includes(id),
    isTerminal: ({ context }, id: CheckpointId) => context.terminal?.id === id,
    isInterval: ({ event }) => isTimer(event, "interval"),
    isMinPause: ({ event }) => isTimer(event, "minPause"),
    isTerminalRetry: ({ event }) => isTimer(event, "terminalRetry")
  }
}).createMachine({
  id: "coordinator",
  initial: "inactive",
  context: ({ input }) => ({
    policy: input.policy,
    subtasks: [],
    ended: [],
    nextId: 1,
    idsEnd: 1,
    pending: [],
    triggering: null,
    retained: [],
    isPeriodicWanted: false,
    manualWanted: 0,
    isPauseOver: true,
    terminal: null,
    failures: 0,
    isReserving: false
  }),
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
      {
        guard: { type: "isPending", params: ({ event }) => event.id },
        actions: {
          type: "perform",
          params: ({ event }) => [
            {
              _tag: "ToParts",
              keys: [event.id],
              event: { type: "checkpoint.acknowledge", subtask: event.subtask, handle: event.handle }
            }
          ]
        }
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
        { type: "complete", params: ({ event }) => event.id },
        { type: "perform", params: ({ context, event }) => afterCompletion(context, event.id) },
        "retain"
      ]
    },
    "checkpoint.invalidated": {
      actions: [
        { type: "invalidate", params: ({ event }) => event },
        { type: "perform", params: ({ context, event }) => afterInvalidation(context, event) }
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
            { type: "perform", params: ({ context, event }) => [recordedParts(context, event.recorded)] },
            assign(({ context, event }) => ({
              subtasks: sorted(event.subtasks),
              ended: [],
              nextId: Math.max(context.nextId, event.nextId),
              idsEnd: event.idsEnd,
              retained: sorted(event.recorded.filter((id) => !context.pending.includes(id))),
              triggering: null,
              isPeriodicWanted: false,
              manualWanted: 0,
              isPauseOver: true,
              terminal: null,
              failures: 0,
              isReserving: false
            })),
            { type: "perform", params: ({ context, event }) => settle(context, event.recorded) }
          ]
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
          actions: {
            type: "perform",
            params: ({ context, event }) => [
              { _tag: "CancelTimer", timer: "interval" },
              { _tag: "CancelTimer", timer: "minPause" },
              { _tag: "CancelTimer", timer: "terminalRetry" },
              {
                _tag: "ToParts",
                keys: context.pending,
                event: { type: "checkpoint.abort", reason: event.reason }
              }
            ]
          }
        },
        "subtask.ended": { actions: { type: "end", params: ({ event }) => event.subtask } },
        "trigger.request": {
          actions: { type: "perform", params: [{ _tag: "RefuseRequest", reason: "terminalPending" }] }
        },
        "timer.fired": { guard: "isMinPause", actions: assign({ isPauseOver: true }) }
      },
      states: {
        regular: {
          description: "Checkpoints are triggered as the policy says.",
          entry: {
            type: "perform",
            params: ({ context }) =>
              context.policy.trigger === "periodic"
                ? [{ _tag: "SetTimer", timer: "interval", delay: "interval" }]
                : []
          },
          on: {
            "timer.fired": {
              guard: "isInterval",
              actions: [
                assign({ isPeriodicWanted: true }),
                { type: "perform", params: [{ _tag: "SetTimer", timer: "interval", delay: "interval" }] }
              ]
            },
            "count.reached": { actions: assign({ isPeriodicWanted: true }) },
            "trigger.request": [
              {
                guard: "isManualRefused",
                actions: { type: "perform", params: [{ _tag: "RefuseRequest", reason: "tooManyRequests" }] }
              },
              { actions: assign({ manualWanted: ({ context }) => context.manualWanted + 1 }) }
            ],
            "subtask.ended": [
              {
                guard: { type: "isLastToEnd", params: ({ event }) => event.subtask },
                target: "ending",
                actions: [
                  { type: "end", params: ({ event }) => event.subtask },
                  { type: "wantTerminal", params: "final" }
                ]
              },
              { actions: { type: "end", params: ({ event }) => event.subtask } }
            ],
            "coordinator.stop": { target: "ending", actions: { type: "wantTerminal", params: "stop" } }
          },
          exit: { type: "perform", params: [{ _tag: "CancelTimer", timer: "interval" }] }
        },
        ending: {
          description: "Only the terminal checkpoint matters; it is repeated until it completes (K4).",
          entry: assign({ isPeriodicWanted: false, manualWanted: 0 }),
          on: {
            "timer.fired": {
              guard: "isTerminalRetry",
              actions: {
                type: "wantTerminal",
                params: ({ context }) => context.terminal?.kind ?? "final"
              }
            },
            "checkpoint.completed": {
              guard: { type: "isTerminal", params: ({ event }) => event.id },
              target: "settled",
              actions: [
                { type: "complete", params: ({ event }) => event.id },
                { type: "perform", params: ({ context, event }) => afterCompletion(context, event.id) },
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
                    ...afterInvalidation(context, event),
                    { _tag: "SetTimer", timer: "terminalRetry", delay: "terminalRetry" }
                  ]
                }
              ]
            }
          }
        },
        settled: { description: "The terminal checkpoint is completed; subtasks commit and finish." }
      }
    }
  }
})
