/**
 * The life of a job: claim the log, restore, run, and after a failure wait and do it again.
 *
 * K1 Nothing of an attempt runs before its claim stands in the log; every attempt has its own claim and term (rule 3, S10).
 * K2 A new attempt begins only after the former one has been cancelled.
 * K3 A failure that another attempt cannot help ends the job; so does the same record failing three times running (rule 9).
 * K4 Finished is recorded in the log only after the commits of the final checkpoint (rule 7).
 * K5 After a stop there is no further attempt: whatever fails, the job ends, and resumably (rule 10).
 * K6 A failure is forgotten as the policy says: with the others when an attempt has run long enough, or by its own timer.
 * K7 A stop with a savepoint or a drain needs an attempt that runs: else it is refused, and the job goes on. A job that
 *    was drained has finished, like one whose input has ended (rule 6).
 */
import { assign, setup } from "xstate"
import { endsData, type TerminalKind } from "../model/Barrier.ts"
import type { SubtaskId } from "../model/ids.ts"
import {
  checkpointsFailing,
  endJob,
  forgetLater,
  forgetPrefix,
  type JobContext,
  recordFailure,
  recordFailureOfStop,
  stopCoordinator
} from "./jobContext.ts"
import type { JobCommand, JobEvent, JobInput, JobOutcome } from "./jobMessages.ts"
import type { FailureReport } from "./policy.ts"
import { including, sorted } from "./sorted.ts"

export type { JobContext } from "./jobContext.ts"
export type { Claimed, JobCommand, JobEvent, JobInput, JobOutcome } from "./jobMessages.ts"

export const jobMachine = setup({
  types: { context: {} as JobContext, events: {} as JobEvent, input: {} as JobInput },
  actions: {
    perform: (_, _commands: ReadonlyArray<JobCommand>) => {},
    fail: assign(({ context }, failure: FailureReport) => recordFailure(context, failure)),
    failStop: assign(({ context }, failure: FailureReport) => recordFailureOfStop(context, failure)),
    forgetOne: assign(({ context }) => ({ failures: Math.max(0, context.failures - 1) })),
    conclude: assign((_, outcome: JobOutcome) => ({ outcome }))
  },
  guards: {
    isTimer: ({ event }, timer: string) => event.type === "timer.fired" && event.timer === timer,
    isForgetting: ({ event }) => event.type === "timer.fired" && event.timer.startsWith(forgetPrefix),
    isThisAttempt: ({ context }, attempt: number) => attempt === context.attempt,
    isLastToFinish: ({ context }, subtask: SubtaskId) =>
      including(context.finished, subtask).length === context.subtasks.length,
    isPlain: (_, kind: TerminalKind) => kind === "stop",
    isPlainAndOpen: ({ context }, kind: TerminalKind) => kind === "stop" && context.outcome === null,
    isLastOfDrain: ({ context }, subtask: SubtaskId) =>
      context.stopping !== null &&
      endsData(context.stopping) &&
      including(context.finished, subtask).length === context.subtasks.length,
    isOpen: ({ context }) => context.outcome === null,
    isConcluded: ({ context }) => context.outcome !== null,
    isFailed: ({ context }) => context.outcome === "failed",
    isCancelled: ({ context }) => context.outcome === "cancelled",
    isStopped: ({ context }) => context.outcome === "stopped"
  }
}).createMachine({
  id: "job",
  initial: "created",
  context: ({ input }) => ({
    policy: input.policy,
    attempt: 0,
    claim: null,
    subtasks: [],
    finished: [],
    failures: 0,
    lastRecord: null,
    outcome: null,
    stopping: null
  }),
  on: {
    "timer.fired": {
      guard: "isForgetting",
      actions: "forgetOne"
    }
  },
  states: {
    created: {
      description: "Nothing has happened yet.",
      on: { "job.start": "claiming" }
    },
    claiming: {
      // attempt.failed is dropped on purpose: nothing of this attempt runs yet, and the former one is closed.
      description: "The claim of this attempt is being appended; manifests in flight are settled by it.",
      entry: [
        assign({
          attempt: ({ context }) => context.attempt + 1,
          claim: null,
          subtasks: [],
          finished: [],
          stopping: null
        }),
        { type: "perform", params: ({ context }) => [{ _tag: "ClaimLog", attempt: context.attempt }] }
      ],
      on: {
        "claim.appended": {
          target: "restoring",
          actions: assign({
            claim: ({ event }) => ({
              term: event.term,
              nextId: event.nextId,
              idsEnd: event.idsEnd,
              recorded: event.recorded,
              kept: event.kept
            })
          })
        },
        "claim.unneeded": { target: "concluding", actions: { type: "conclude", params: "alreadyEnded" } },
        "claim.failed": { target: "failing", actions: { type: "fail", params: ({ event }) => event.failure } },
        "job.stop": [
          {
            guard: { type: "isPlain", params: ({ event }) => event.kind },
            target: "failing",
            actions: { type: "conclude", params: "stopped" }
          },
          { actions: { type: "perform", params: [{ _tag: "RefuseStop" }] } }
        ],
        "job.cancel": { target: "failing", actions: { type: "conclude", params: "cancelled" } }
      }
    },
    restoring: {
      description: "Subtasks load their state; sinks show what is visible.",
      entry: {
        type: "perform",
        params: ({ context }) =>
          context.claim === null ? [] : [{ _tag: "RestoreAttempt", attempt: context.attempt, claim: context.claim }]
      },
      on: {
        "attempt.restored": {
          target: "running",
          actions: assign({ subtasks: ({ event }) => sorted(event.subtasks) })
        },
        "attempt.failed": {
          guard: { type: "isThisAttempt", params: ({ event }) => event.attempt },
          target: "failing",
          actions: { type: "fail", params: ({ event }) => event.failure }
        },
        "job.stop": [
          {
            guard: { type: "isPlain", params: ({ event }) => event.kind },
            target: "failing",
            actions: { type: "conclude", params: "stopped" }
          },
          { actions: { type: "perform", params: [{ _tag: "RefuseStop" }] } }
        ],
        "job.cancel": { target: "failing", actions: { type: "conclude", params: "cancelled" } }
      }
    },
    running: {
      description: "Records flow; the coordinator triggers checkpoints.",
      initial: "flowing",
      entry: {
        type: "perform",
        params: ({ context }) =>
          context.claim === null
            ? []
            : [
                { _tag: "StartCoordinator", subtasks: context.subtasks, claim: context.claim },
                { _tag: "RunAttempt", attempt: context.attempt },
                { _tag: "SetTimer", timer: "stable", delay: "stable" }
              ]
      },
      exit: [
        {
          type: "perform",
          params: [
            { _tag: "CancelTimer", timer: "stable" },
            { _tag: "CancelTimer", timer: "stopTimeout" }
          ]
        },
        assign({ stopping: null })
      ],
      on: {
        "attempt.failed": {
          guard: { type: "isThisAttempt", params: ({ event }) => event.attempt },
          target: "failing",
          actions: { type: "fail", params: ({ event }) => event.failure }
        },
        "job.cancel": { target: "failing", actions: { type: "conclude", params: "cancelled" } },
        "checkpoints.failing": { target: "failing", actions: { type: "fail", params: checkpointsFailing } }
      },
      states: {
        flowing: {
          description: "Until the input ends, somebody stops the job, or something fails.",
          on: {
            "job.stop": { target: "stopping", actions: assign({ stopping: ({ event }) => event.kind }) },
            "timer.fired": {
              guard: { type: "isTimer", params: "stable" },
              actions: assign(({ context }) => ({
                failures: (context.policy.forgets ?? "all") === "all" ? 0 : context.failures,
                lastRecord: null
              }))
            },
            "subtask.finished": [
              {
                guard: { type: "isLastToFinish", params: ({ event }) => event.subtask },
                target: "#job.finishing"
              },
              { actions: assign({ finished: ({ context, event }) => including(context.finished, event.subtask) }) }
            ]
          }
        },
        stopping: {
          description: "One more checkpoint, at the end of data if it is a drain; its output is committed.",
          entry: {
            type: "perform",
            params: ({ context }) => stopCoordinator(context)
          },
          on: {
            "timer.fired": {
              guard: { type: "isTimer", params: "stopTimeout" },
              target: "#job.failing",
              actions: { type: "conclude", params: "stopped" }
            },
            "job.stop": { target: "#job.failing", actions: { type: "conclude", params: "stopped" } },
            "attempt.failed": {
              guard: { type: "isThisAttempt", params: ({ event }) => event.attempt },
              target: "#job.failing",
              actions: { type: "failStop", params: ({ event }) => event.failure }
            },
            "checkpoints.failing": {
              target: "#job.failing",
              actions: { type: "failStop", params: checkpointsFailing }
            },
            "subtask.finished": [
              {
                guard: { type: "isLastOfDrain", params: ({ event }) => event.subtask },
                target: "#job.finishing"
              },
              {
                guard: { type: "isLastToFinish", params: ({ event }) => event.subtask },
                target: "#job.failing",
                actions: { type: "conclude", params: "stopped" }
              },
              { actions: assign({ finished: ({ context, event }) => including(context.finished, event.subtask) }) }
            ]
          }
        }
      }
    },
    failing: {
      // K2: only the end of the attempt counts here; its further failures are dropped on purpose.
      description: "The attempt is being cancelled.",
      entry: {
        type: "perform",
        params: ({ context }) => [
          { _tag: "SuspendCoordinator", reason: context.outcome === null ? "restarted" : "stopped" },
          { _tag: "CancelAttempt", attempt: context.attempt },
          ...forgetLater(context)
        ]
      },
      on: {
        "attempt.cancelled": [
          { guard: "isCancelled", target: "recordingEnd" },
          { guard: "isConcluded", target: "concluding" },
          { target: "backingOff" }
        ],
        "job.cancel": { guard: "isOpen", actions: { type: "conclude", params: "cancelled" } },
        "job.stop": [
          {
            guard: { type: "isPlainAndOpen", params: ({ event }) => event.kind },
            actions: { type: "conclude", params: "stopped" }
          },
          { guard: "isOpen", actions: { type: "perform", params: [{ _tag: "RefuseStop" }] } }
        ]
      }
    },
    backingOff: {
      description: "Waiting before the next attempt.",
      entry: {
        type: "perform",
        params: ({ context }) => [{ _tag: "SetTimer", timer: "backoff", delay: "backoff", step: context.failures }]
      },
      exit: { type: "perform", params: [{ _tag: "CancelTimer", timer: "backoff" }] },
      on: {
        "timer.fired": { guard: { type: "isTimer", params: "backoff" }, target: "claiming" },
        "job.stop": [
          {
            guard: { type: "isPlain", params: ({ event }) => event.kind },
            target: "concluding",
            actions: { type: "conclude", params: "stopped" }
          },
          { actions: { type: "perform", params: [{ _tag: "RefuseStop" }] } }
        ],
        "job.cancel": { target: "recordingEnd", actions: { type: "conclude", params: "cancelled" } }
      }
    },
    finishing: {
      description: "All output is committed; the attempt is closed and the end is recorded (K4).",
      entry: [
        { type: "conclude", params: "finished" },
        {
          type: "perform",
          params: ({ context }) => [
            { _tag: "SuspendCoordinator", reason: "stopped" },
            { _tag: "CancelAttempt", attempt: context.attempt }
          ]
        }
      ],
      on: { "attempt.cancelled": "recordingEnd" }
    },
    recordingEnd: {
      description: "The entry `finished` or `cancelled` is being appended.",
      entry: {
        type: "perform",
        params: ({ context }) => [
          { _tag: "RecordEnd", end: context.outcome === "cancelled" ? "cancelled" : "finished" }
        ]
      },
      on: {
        "end.recorded": "concluding",
        "end.failed": { target: "concluding", actions: { type: "conclude", params: "failed" } }
      }
    },
    concluding: {
      description: "Decides how the job has ended.",
      always: [
        { guard: "isFailed", target: "failed" },
        { guard: "isCancelled", target: "cancelled" },
        { guard: "isStopped", target: "stopped" },
        { target: "finished" }
      ]
    },
    finished: {
      type: "final",
      description: "All input is processed and all output committed, in this run or in an earlier one.",
      entry: { type: "perform", params: ({ context }) => endJob(context) }
    },
    stopped: {
      type: "final",
      description: "Stopped in good order; it can be resumed.",
      entry: { type: "perform", params: ({ context }) => endJob(context) }
    },
    cancelled: {
      type: "final",
      description: "Cancelled; recorded in the log.",
      entry: { type: "perform", params: ({ context }) => endJob(context) }
    },
    failed: {
      type: "final",
      description: "Gave up; it can be resumed from its last completed checkpoint.",
      entry: { type: "perform", params: ({ context }) => endJob(context) }
    }
  }
})
