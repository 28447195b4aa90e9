/**
 * Whatever events come in whatever order: a step throws nothing, changes nothing that it was given, gives the same again,
 * and leaves contexts that are JSON with sorted sets. The invariants of each component hold after every step.
 */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  type CheckpointPolicy,
  type CoordinatorEvent,
  coordinatorComponent,
  type JobEvent,
  jobComponent,
  type SubtaskEvent,
  subtaskComponent
} from "../../../packages/core/src/protocol/index.ts"
import { deepFreeze } from "./support/freeze.ts"

interface Stepping<State, Event, Command> {
  readonly step: (state: State, event: Event) => readonly [State, ReadonlyArray<Command>]
  readonly initial: readonly [State, ReadonlyArray<Command>]
  readonly contexts: (state: State) => ReadonlyArray<object>
  /** Throws if an invariant is broken. */
  readonly check: (before: State, after: State, commands: ReadonlyArray<Command>) => void
}

const runPurely = <State, Event, Command>(stepping: Stepping<State, Event, Command>, events: ReadonlyArray<Event>) => {
  let [state] = stepping.initial
  for (const event of events) {
    stepping.contexts(state).forEach(deepFreeze)
    deepFreeze(event)
    const [next, commands] = stepping.step(state, event)
    const [again, commandsAgain] = stepping.step(state, event)
    expect(stepping.contexts(again)).toEqual(stepping.contexts(next))
    expect(commandsAgain).toEqual(commands)
    expect(JSON.parse(JSON.stringify(stepping.contexts(next)))).toEqual(stepping.contexts(next))
    expect(JSON.parse(JSON.stringify(commands))).toEqual(commands)
    stepping.contexts(next).forEach(checkSorted)
    stepping.check(state, next, commands)
    state = next
  }
}

const isScalar = (value: unknown): value is string | number => typeof value === "string" || typeof value === "number"

const keyOf = (value: unknown): string | number | null => {
  if (isScalar(value)) return value
  if (typeof value !== "object" || value === null) return null
  if ("subtask" in value && isScalar(value.subtask)) return value.subtask
  return "id" in value && isScalar(value.id) ? value.id : null
}

const checkSorted = (context: object): void => {
  for (const [name, value] of Object.entries(context)) {
    if (!Array.isArray(value)) continue
    const keys = value.map(keyOf)
    expect(keys, `${name} is sorted`).toEqual([...keys].sort((a, b) => ((a ?? 0) < (b ?? 0) ? -1 : 1)))
  }
}

const tagOf = (command: { readonly _tag: string }) => command._tag

const id = fc.integer({ min: 1, max: 6 })
const subtask = fc.constantFrom("a", "b", "nobody")
const reason = fc.constantFrom(...(["declined", "superseded", "storageFailed", "restarted"] as const))
const handle = fc
  .tuple(fc.constantFrom("o1", "o2"), fc.constantFrom([], ["o0"]))
  .map(([object, shared]) => ({ object, size: 1, shared }))
const some = { minLength: 1, maxLength: 60 }
const runs = { numRuns: 150 }

const barrier = fc.tuple(id, fc.constantFrom(...(["checkpoint", "final", "stop"] as const))).map(([id, kind]) => ({
  id,
  kind,
  base: null,
  alignment: "aligned" as const
}))

describe("the coordinator under any events", () => {
  const events: fc.Arbitrary<CoordinatorEvent> = fc.oneof(
    fc.uniqueArray(id, { maxLength: 3 }).map((recorded) => ({
      type: "coordinator.start" as const,
      subtasks: ["a", "b"],
      nextId: Math.max(0, ...recorded) + 1,
      idsEnd: 20,
      recorded: recorded.filter((_, index) => index !== 1).sort((a, b) => a - b),
      kept: recorded.slice(1, 2)
    })),
    fc.constantFrom<CoordinatorEvent>(
      { type: "coordinator.suspend", reason: "restarted" },
      { type: "coordinator.stop", kind: "stop" },
      { type: "coordinator.stop", kind: "stopSavepoint" },
      { type: "coordinator.stop", kind: "finalSavepoint" },
      { type: "savepoint.request" },
      { type: "trigger.request" },
      { type: "count.reached" },
      { type: "ids.reserved", end: 40 },
      { type: "timer.fired", timer: "interval" },
      { type: "timer.fired", timer: "minPause" },
      { type: "timer.fired", timer: "terminalRetry" }
    ),
    subtask.map((subtask) => ({ type: "subtask.ended" as const, subtask })),
    id.map((id) => ({ type: "checkpoint.expired" as const, id })),
    { arbitrary: id.map((id) => ({ type: "manifest.recorded" as const, id })), weight: 2 },
    fc.tuple(id, reason).map(([id, reason]) => ({ type: "manifest.refused" as const, id, reason })),
    {
      arbitrary: fc
        .tuple(id, subtask, handle)
        .map(([id, subtask, handle]) => ({ type: "subtask.acknowledged" as const, id, subtask, handle })),
      weight: 6
    },
    fc
      .tuple(id, subtask, reason)
      .map(([id, subtask, reason]) => ({ type: "subtask.declined" as const, id, subtask, reason }))
  )
  const policies: fc.Arbitrary<CheckpointPolicy> = fc.record({
    trigger: fc.constantFrom("periodic" as const, "count" as const, "manual" as const),
    concurrentMax: fc.integer({ min: 1, max: 2 }),
    toleratedFailures: fc.constantFrom(null, 0, 1),
    retained: fc.integer({ min: 1, max: 2 }),
    queuedTriggersMax: fc.integer({ min: 0, max: 2 }),
    incremental: fc.boolean()
  })

  it("K1 K2 K5 K6 K7 S6 S11 S12 are kept", () => {
    fc.assert(
      fc.property(policies, fc.array(events, some), (policy, given) => {
        const triggered: Array<number> = []
        const completed = new Set<number>()
        const invalidated = new Set<number>()
        runPurely(
          {
            step: coordinatorComponent.step,
            initial: coordinatorComponent.initial({ policy }),
            contexts: ({ owner, parts }) => [owner.context, ...parts.map(({ snapshot }) => snapshot.context)],
            check: (_, { owner, parts }, commands) => {
              const { context } = owner
              for (const command of commands) {
                if (command._tag === "TriggerSources") {
                  expect(command.barrier.id, "S6").toBeGreaterThan(triggered.at(-1) ?? 0)
                  expect(command.barrier.id, "K1").toBeLessThan(context.idsEnd)
                  expect(owner.matches("active"), "K5").toBe(true)
                  const { base } = command.barrier
                  const mayHaveBase = policy.incremental && base !== null
                  expect(base === null || (mayHaveBase && completed.has(base)), "K7").toBe(true)
                  expect(base ?? context.firstId, "K7").toBeGreaterThanOrEqual(context.firstId)
                  triggered.push(command.barrier.id)
                }
                if (command._tag === "NotifyCompleted") completed.add(command.id)
                if (command._tag === "NotifyInvalidated") invalidated.add(command.id)
                if (command._tag === "TellJob") expect(owner.matches("active"), "K6").toBe(true)
              }
              expect(
                [...completed].filter((id) => invalidated.has(id)),
                "S11 S12"
              ).toEqual([])
              const exempt = context.terminal?.id === null ? 0 : 1
              expect(context.pending.length, "K2").toBeLessThanOrEqual(policy.concurrentMax + exempt)
              expect(context.retained.length).toBeLessThanOrEqual(Math.max(policy.retained, 3) + context.pins.length)
              for (const { id, base } of context.pins) {
                expect(context.pending, "K7").toContain(id)
                if (owner.matches("active")) expect(context.retained, "K7").toContain(base)
              }
              expect(context.manualWanted).toBeLessThanOrEqual(policy.queuedTriggersMax + 1)
              expect(parts.map(({ key }) => key)).toEqual(
                [...context.pending, ...context.retained].sort((a, b) => a - b)
              )
              if (!owner.matches("active")) {
                const finalizing = parts.filter(({ snapshot }) => snapshot.matches({ pending: "finalizing" }))
                expect(
                  finalizing.map(({ key }) => key),
                  "K5"
                ).toEqual(context.pending)
              }
            }
          },
          given
        )
      }),
      runs
    )
  })
})

describe("a subtask under any events", () => {
  const channel = fc.constantFrom("x", "y", "z")
  const simple: fc.Arbitrary<SubtaskEvent> = fc.constantFrom<SubtaskEvent>(
    { type: "state.restore" },
    { type: "source.exhausted" },
    { type: "state.restored", lastId: 1, prepared: [{ id: 1, transaction: "restored" }] }
  )
  const events: fc.Arbitrary<SubtaskEvent> = fc.oneof(
    simple,
    { arbitrary: fc.constant<SubtaskEvent>({ type: "subtask.cancel" }), weight: 1 },
    barrier.map((barrier) => ({ type: "trigger.received" as const, barrier })),
    {
      arbitrary: fc
        .tuple(channel, barrier)
        .map(([channel, barrier]) => ({ type: "barrier.received" as const, channel, barrier })),
      weight: 8
    },
    channel.map((channel) => ({ type: "data.ended" as const, channel })),
    id.map((id) => ({ type: "transaction.prepared" as const, id, transaction: `t${id}` })),
    fc.tuple(id, handle).map(([id, handle]) => ({ type: "capture.persisted" as const, id, handle })),
    id.map((id) => ({ type: "capture.failed" as const, id })),
    fc.tuple(id, barrier).map(([id, { kind }]) => ({ type: "checkpoint.completed" as const, id, kind })),
    id.map((id) => ({ type: "checkpoint.invalidated" as const, id, reason: "expired" as const })),
    id.map((upTo) => ({ type: "transactions.committed" as const, upTo }))
  )

  it("K1 K2 S5 S15 S16 S17 are kept", () => {
    const inputs = fc.constantFrom<ReadonlyArray<string>>([], ["x"], ["x", "y", "z"])
    fc.assert(
      fc.property(inputs, fc.boolean(), fc.array(events, some), (channels, hasCommitter, given) => {
        const forwarded: Array<number> = []
        let completed = 0
        const restore: ReadonlyArray<SubtaskEvent> = [
          { type: "state.restore" },
          { type: "state.restored", lastId: 0, prepared: [] }
        ]
        const blocked = new Set<string>()
        // What a blocked channel holds is not taken: such an event cannot come.
        const canCome = (event: SubtaskEvent) =>
          event.type !== "barrier.received" || (channels.includes(event.channel) && !blocked.has(event.channel))
        let state = subtaskComponent.initial({ subtask: "me", channels, hasCommitter })[0]
        for (const event of [...restore, ...given]) {
          if (!canCome(event)) continue
          runPurely(
            {
              step: subtaskComponent.step,
              initial: [state, []],
              contexts: ({ owner, parts }) => [owner.context, ...parts.map(({ snapshot }) => snapshot.context)],
              check: (_, next, commands) => {
                const tags = commands.map(tagOf)
                for (const command of commands) {
                  if (command._tag === "Block") blocked.add(command.channel)
                  if (command._tag === "Unblock") for (const channel of command.channels) blocked.delete(channel)
                  if (command._tag === "Forward") {
                    expect(command.barrier.id, "S15").toBeGreaterThan(forwarded.at(-1) ?? 0)
                    expect(tags.indexOf("Capture"), "S17").toBe(tags.indexOf("Forward") - 1)
                    forwarded.push(command.barrier.id)
                  }
                }
                if (event.type === "checkpoint.completed") completed = Math.max(completed, event.id)
                if (event.type === "state.restored") completed = Math.max(completed, event.lastId)
                for (const command of commands) {
                  if (command._tag === "Commit") expect(command.upTo, "S5").toBeLessThanOrEqual(completed)
                }
                expect([...blocked].sort(), "S16").toEqual(next.owner.context.blocked)
                expect(next.owner.context.barrier === null, "S16").toBe(blocked.size === 0)
                state = next
              }
            },
            [event]
          )
        }
      }),
      runs
    )
  })
})

describe("a job under any events", () => {
  const attempt = fc.integer({ min: 1, max: 4 })
  const failure = fc.record({
    retry: fc.constantFrom("restart" as const, "restart" as const, "restart" as const, "never" as const),
    record: fc.constantFrom(null, "line 7")
  })
  const events: fc.Arbitrary<JobEvent> = fc.oneof(
    {
      arbitrary: fc.constantFrom<JobEvent>(
        { type: "job.start" },
        { type: "claim.appended", term: 1, nextId: 1, idsEnd: 1001, recorded: [], kept: [] },
        { type: "attempt.restored", subtasks: ["b", "a"] },
        { type: "attempt.cancelled" },
        { type: "timer.fired", timer: "backoff" }
      ),
      weight: 8
    },
    fc.constantFrom<JobEvent>(
      { type: "job.stop", kind: "stop" },
      { type: "job.stop", kind: "final" },
      { type: "job.cancel" },
      { type: "claim.unneeded" },
      { type: "end.recorded" },
      { type: "checkpoints.failing", reason: "expired" },
      { type: "timer.fired", timer: "stable" },
      { type: "timer.fired", timer: "stopTimeout" }
    ),
    failure.map((failure) => ({ type: "claim.failed" as const, failure })),
    failure.map((failure) => ({ type: "end.failed" as const, failure })),
    fc.tuple(attempt, failure).map(([attempt, failure]) => ({ type: "attempt.failed" as const, attempt, failure })),
    subtask.map((subtask) => ({ type: "subtask.finished" as const, subtask }))
  )

  it("K1 K2 K4 K5 are kept", () => {
    fc.assert(
      fc.property(fc.constantFrom(null, 0, 2), fc.array(events, some), (restartsMax, given) => {
        let isOpen = false
        let isStopping = false
        let hasEnded = false
        runPurely(
          {
            step: jobComponent.step,
            initial: jobComponent.initial({ policy: { restartsMax } }),
            contexts: ({ context }) => [context],
            check: (before, after, commands) => {
              const isClosing = (state: typeof before) => state.matches("failing") || state.matches("finishing")
              if (isClosing(before) && !isClosing(after)) isOpen = false
              if (after.matches({ running: "stopping" })) isStopping = true
              for (const command of commands) {
                expect(hasEnded, "nothing after the end").toBe(false)
                if (command._tag === "ClaimLog") {
                  expect(isOpen, "K2").toBe(false)
                  expect(isStopping, "K5").toBe(false)
                  isOpen = true
                }
                if (command._tag === "RestoreAttempt") expect(before.value, "K1").toBe("claiming")
                if (command._tag === "RecordEnd") expect(isOpen, "K4").toBe(false)
                if (command._tag === "EndJob") hasEnded = true
              }
            }
          },
          given
        )
      }),
      runs
    )
  })
})
