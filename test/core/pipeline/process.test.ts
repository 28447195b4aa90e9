import { describe, expect, it } from "@effect/vitest"
import {
  Pipeline,
  type ProcessContext,
  type ProcessDefinition,
  State,
  type States,
  UserFunctionFailed
} from "@tidemark/core"
import { Effect, Schema } from "effect"
import fc from "fast-check"
import { SideOutput } from "../../../packages/core/src/operator/SideOutput.ts"
import { fuseExchanges } from "../../../packages/core/src/pipeline/fuseExchanges.ts"
import type { KeyedStream, Stream } from "../../../packages/core/src/pipeline/Stream.ts"
import { type Feed, inMaps, type Outcome, runPlan } from "./chainHarness.ts"
import { compiled, problemsOf, sinkOf, sourceOf } from "./fixtures.ts"
import { type FeedOrRestart, runRestarted } from "./restarted.ts"

/** What a process function is asked to do: the action, a number for it, and the event time. */
const Ask = Schema.Struct({ id: Schema.Int, action: Schema.String, by: Schema.Int, at: Schema.Int })
type Ask = typeof Ask.Type

const late = SideOutput.make("late", Ask)

const states = {
  total: State.value("total", Schema.Number),
  items: State.list("items", Schema.Int),
  counts: State.map("counts", Schema.String, Schema.Int),
  brief: State.value("brief", Schema.Number, { timeToLive: "10 millis" }),
  briefly: State.list("briefly", Schema.Int, { timeToLive: 20 }),
  most: State.reducing("most", Schema.Number, Math.max),
  mean: State.aggregating("mean", Schema.Struct({ sum: Schema.Number, count: Schema.Number }), {
    create: () => ({ sum: 0, count: 0 }),
    add: ({ count, sum }, value: number) => ({ sum: sum + value, count: count + 1 }),
    result: ({ count, sum }) => sum / count
  })
}
type Context = ProcessContext<unknown, typeof states, Ask>

const actions = {
  event: (by, { timers, timestamp }) => timers.eventTime.register(timestamp + by),
  noEvent: (by, { timers, timestamp }) => timers.eventTime.delete(timestamp + by),
  clock: (by, { processingTime, timers }) => timers.processingTime.register(Math.max(processingTime, -40) + by),
  noClock: (by, { processingTime, timers }) => timers.processingTime.delete(Math.max(processingTime, -40) + by),
  brief: (by, { states: { brief, briefly } }) => {
    brief.set(by)
    briefly.add(by)
  },
  sum: (by, { states: { most, mean, total } }) => {
    total.update((sum = 0) => sum + by)
    most.add(by)
    mean.add(by)
  },
  list: (by, { states: { counts, items } }) => {
    items.add(by)
    counts.update(`n${by % 3}`, (count = 0) => count + 1)
  },
  clear: (by, { states: { counts, items, mean, most, total } }) => {
    for (const state of [items, mean, most, total]) if (by > 0) state.clear()
    counts.delete(`n${by % 3}`)
  },
  side: (by, { emit, timestamp }) => emit.side(late, { id: by, action: "late", by, at: timestamp }),
  fail: (by) => {
    if (by > 3) throw new Error(`no ${by}`)
  },
  none: () => {}
} satisfies Record<string, (by: number, context: Context) => void>
const isAction = (name: string): name is keyof typeof actions => name in actions

/** Everything that the context shows, as one record. */
const seen = (what: string, context: Context): Ask => {
  const { key, processingTime, states, timestamp, watermark } = context
  const shown = [
    ...[what, typeof key === "bigint" ? `${key}n` : JSON.stringify(key), timestamp, watermark, processingTime],
    ...[states.total.get(), states.items.get(), states.counts.entries(), states.most.get(), states.mean.get()],
    ...[states.brief.get(), states.briefly.get()]
  ]
  return { id: 0, action: JSON.stringify(shown), by: 0, at: 0 }
}

const keyed = {
  integer: (stream) => stream.keyBy("id"),
  string: (stream) => stream.keyBy((ask) => "x".repeat(ask.id), Schema.String),
  tuple: (stream) => stream.keyBy((ask) => [ask.id, ask.id > 1], Schema.Tuple([Schema.Int, Schema.Boolean])),
  bigint: (stream) => stream.keyBy((ask) => BigInt(ask.id), Schema.BigInt)
} satisfies Record<string, (stream: Stream<Ask>) => KeyedStream<Ask, unknown>>
const keyKind = fc.constantFrom<keyof typeof keyed>("integer", "string", "tuple", "bigint")

const processed = (stream: KeyedStream<Ask, unknown>, uid: string): Stream<Ask> =>
  stream.process(uid, {
    schema: Ask,
    states,
    sides: [late],
    onElement: (ask, context) => {
      if (isAction(ask.action)) actions[ask.action](ask.by, context)
      context.emit(seen("element", context))
      context.emit({ ...ask, action: "event" })
    },
    onTimer: ({ timestamp }, context) => {
      context.emit(seen(`timer ${timestamp}`, context))
      if (timestamp % 7 === 0) context.timers.eventTime.register(timestamp + 3)
      context.states.total.update((sum = 0) => sum + 1)
    },
    onProcessingTimer: ({ timestamp }, context) => {
      context.emit(seen(`clock ${timestamp}`, context))
      if (timestamp % 5 === 0) context.timers.processingTime.register(timestamp + 1)
    }
  })

const pipelineOf = (kind: keyof typeof keyed, isTwice: boolean): Pipeline => {
  const stream: Stream<Ask> = Pipeline.make("random")
    .from("asks", sourceOf(Ask))
    .eventTime(({ at }) => at)
  const first = processed(keyed[kind](stream), "first").filter(({ id }) => id !== 3)
  const last = isTwice ? processed(first.keyBy("action"), "second") : first
  return last.to("sink", sinkOf(Ask)).side(late, SideOutput.ignore)
}

const ask = fc.record({
  id: fc.integer({ min: 0, max: 3 }),
  action: fc.constantFrom("none", ...Object.keys(actions)),
  by: fc.integer({ min: -4, max: 4 }),
  at: fc.integer({ min: -20, max: 40 })
})
const feed: fc.Arbitrary<Feed> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ records: fc.array(ask, { maxLength: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ watermark: fc.integer({ min: -20, max: 60 }) }) },
  { weight: 2, arbitrary: fc.record({ clock: fc.integer({ min: -40, max: 40 }) }) }
)

const shownOf = (outcome: Outcome): unknown => {
  const { error } = outcome
  const shown = error instanceof UserFunctionFailed ? [error.operator, error.message, String(error.cause)] : error
  return { ...outcome, error: shown }
}

describe("a process function", () => {
  it("O1 comes to the same in generated code and interpreted, off-heap and in maps, fused or not", () => {
    const counts = { timers: 0, clocks: 0, errors: 0 }
    fc.assert(
      fc.property(keyKind, fc.boolean(), fc.array(feed, { maxLength: 14 }), (kind, isTwice, feeds) => {
        const plan = compiled(pipelineOf(kind, isTwice))
        const all = [...feeds, { watermark: 100 }, { clock: 100 }]
        const outcome = runPlan(plan, all, "generated")
        const expected = shownOf(outcome)
        expect(shownOf(runPlan(plan, all, "interpreted"))).toEqual(expected)
        expect(shownOf(runPlan(inMaps(plan), all, "generated"))).toEqual(expected)
        expect(shownOf(runPlan(inMaps(plan), all, "interpreted"))).toEqual(expected)
        // In one chain records go one by one: before an error the first operator may have seen fewer.
        const fused = runPlan(fuseExchanges(plan, 1), all, "generated")
        if (outcome.error === null) {
          expect({ ...fused, routes: [], sides: fused.sides.length }).toEqual({
            ...{ ...outcome, routes: [], sides: outcome.sides.length }
          })
        } else expect(fused.error).not.toBe(null)
        const texts = outcome.values.map((value) => JSON.stringify(value))
        counts.timers += texts.filter((text) => text.includes("timer")).length
        counts.clocks += texts.filter((text) => text.includes("clock")).length
        counts.errors += outcome.error === null ? 0 : 1
        if (outcome.error !== null) expect(outcome.error).toBeInstanceOf(UserFunctionFailed)
      }),
      { numRuns: 150 }
    )
    expect(Math.min(counts.timers, counts.clocks, counts.errors)).toBeGreaterThan(0)
  })
})

const failure = (definition: Partial<Definition>, feeds: ReadonlyArray<Feed>): ReadonlyArray<string> =>
  (["generated", "interpreted"] as const).map((mode) => {
    const { error } = runPlan(compiled(single(definition)), feeds, mode)
    expect(error).toBeInstanceOf(UserFunctionFailed)
    return String(error)
  })

type Definition = ProcessDefinition<Ask, string, Record<never, never>, Ask>

const single = (definition: Partial<Definition>): Pipeline => {
  const stream: Stream<Ask> = Pipeline.make("single")
    .from("asks", sourceOf(Ask))
    .eventTime(({ at }) => at)
  return stream
    .keyBy("action")
    .process("lone", { schema: Ask, onElement: () => {}, ...definition })
    .to("sink", sinkOf(Ask))
}
const asked = (by: number, at = 0): Ask => ({ id: 1, action: "a", by, at })

const boom = (): never => {
  throw new Error("boom")
}

describe("what a process function throws", () => {
  it("P3 names operator, record and key", () => {
    for (const text of failure({ onElement: boom }, [{ records: [asked(7)] }])) {
      expect(text).toMatch(/Operator "lone".*record 0 of lone, key "a": boom.*by: 7/)
    }
  })

  it("P3 names the timer and its key", () => {
    const onElement: Definition["onElement"] = (_, { timers }) => {
      timers.eventTime.register(5)
      timers.processingTime.register(6)
    }
    const feeds = [{ clock: 1 }, { records: [asked(7)] }]
    for (const text of failure({ onElement, onTimer: boom, onProcessingTimer: () => {} }, [
      ...feeds,
      { watermark: 9 }
    ])) {
      expect(text).toMatch(/Operator "lone".*the event-time timer of key "a" at 5: boom/)
    }
    for (const text of failure({ onElement, onTimer: () => {}, onProcessingTimer: boom }, [...feeds, { clock: 9 }])) {
      expect(text).toMatch(/Operator "lone".*the processing-time timer of key "a" at 6: boom/)
    }
  })

  it("P3 what the rest of the chain throws while it emits is not its own", () => {
    const plan = (definition: Partial<Definition>) =>
      compiled({ ...single(definition), operators: [...single(definition).operators, thrower] })
    const thrower = { _tag: "Map", uid: "after", f: boom, schema: Ask } as const
    for (const mode of ["generated", "interpreted"] as const) {
      const at = (feeds: ReadonlyArray<Feed>, definition: Partial<Definition>): string =>
        String(runPlan(plan(definition), feeds, mode).error)
      const onElement: Definition["onElement"] = (ask, { emit }) => emit(ask)
      expect(at([{ records: [asked(1)] }], { onElement })).toMatch(/Operator "after".*record 0 of lone: boom/)
      const later: Partial<Definition> = {
        onElement: (_, { timers }) => timers.eventTime.register(1),
        onTimer: (_, { emit }) => emit(asked(2))
      }
      expect(at([{ records: [asked(1)] }, { watermark: 2 }], later)).toMatch(/Operator "after".*advance of event time/)
    }
  })

  it("misuse is told with what to do", () => {
    const texts: ReadonlyArray<readonly [Partial<Definition>, RegExp]> = [
      [{ onElement: (_, { timers }) => timers.eventTime.register(1) }, /"lone" has no onTimer/],
      [{ onElement: (_, { timers }) => timers.processingTime.register(1) }, /"lone" has no onProcessingTimer/],
      [{ onElement: (_, { timers }) => timers.eventTime.register(0.5), onTimer: () => {} }, /timer at 0.5: .*whole/],
      [{ onElement: (_, { timers }) => timers.eventTime.delete(Number.NaN), onTimer: () => {} }, /timer at NaN/],
      [{ onElement: (ask, { emit }) => emit.side(late, ask) }, /side output "late" is not among the sides of "lone"/],
      [{ onElement: async () => {} }, /must not answer a promise.*mapAsync/]
    ]
    for (const [definition, expected] of texts) {
      for (const text of failure(definition, [{ records: [asked(1)] }])) expect(text).toMatch(expected)
    }
  })

  it("P2 a context that was kept works no more", () => {
    const kept: Array<ProcessContext<string, Record<never, never>, Ask>> = []
    runPlan(compiled(single({ onElement: (_, context) => kept.push(context) })), [{ records: [asked(1)] }], "generated")
    expect(() => kept[0]?.emit(asked(1))).toThrow(/context of "lone" was used after its function had returned/)
    expect(() => kept[0]?.states).toThrow(/mapAsync/)
    expect(() => kept[0]?.timers.eventTime.register(1)).toThrow(/after its function/)
  })

  it("what cannot work is refused when the pipeline is built", () => {
    const untimed = Pipeline.make("untimed").from("asks", sourceOf(Ask)).keyBy("action")
    const definition = { schema: Ask, onElement: () => {}, onTimer: () => {} }
    expect(problemsOf(untimed.process("p", definition).to("sink", sinkOf(Ask)))).toEqual([
      'Process "p" with onTimer needs event time; call eventTime right after from.'
    ])
    const doubled = { a: State.value("x", Schema.Int), b: State.list("x", Schema.Int), c: State.value(" ", Schema.Int) }
    const named = { event: State.value("event-time timers", Schema.Int) }
    const problems = (states: States) =>
      problemsOf(untimed.process("p", { schema: Ask, onElement: () => {}, states }).to("sink", sinkOf(Ask)))
    expect(problems(doubled)).toEqual([
      'Process "p" has 2 states of the name "x"; every state needs its own.',
      'Process "p" has a state with an empty name; give it one.'
    ])
    expect(problems(named)).toEqual([
      'Process "p" has a state "event-time timers", which is the name of its own timers; use another.'
    ])
  })
})

const Count = Schema.Struct({ key: Schema.Int, text: Schema.String })

/** Fires `size` after the first element since the last firing, and tells what it has seen: off-heap, in lists and timers. */
const gathered: Pipeline = Pipeline.make("gathered")
  .from("asks", sourceOf(Ask))
  .eventTime(({ at }) => at)
  .keyBy("id")
  .process("gather", {
    schema: Count,
    states: { sum: State.value("sum", Schema.Number), all: State.list("all", Schema.Int) },
    onElement: ({ at, by }, { states, timers }) => {
      if (states.sum.get() === undefined) timers.eventTime.register(at + 10)
      states.sum.update((sum = 0) => sum + by)
      states.all.add(by)
    },
    onTimer: ({ timestamp }, { emit, key, states }) => {
      emit({ key, text: `${timestamp} ${states.sum.get()} ${states.all.get()}` })
      states.sum.clear()
      states.all.clear()
    }
  })
  .to("sink", sinkOf(Count))

const remembered: Pipeline = Pipeline.make("remembered")
  .from("asks", sourceOf(Ask))
  .keyBy("id")
  .process("remember", {
    schema: Count,
    states: {
      value: State.value("value", Schema.Number, { timeToLive: 100 }),
      list: State.list("list", Schema.Int, { timeToLive: 100 })
    },
    onElement: ({ action, by }, { emit, key, processingTime, states: { list, value } }) => {
      if (action === "write") {
        value.set(by)
        list.add(by)
      }
      if (action === "clear") {
        value.clear()
        list.clear()
      }
      emit({ key, text: `${processingTime}: ${value.get()} ${list.get()}` })
    }
  })
  .to("sink", sinkOf(Count))

describe("the state of a process function", () => {
  it("E1 is forgotten when it was not written for its time to live, on both layouts", () => {
    let forgotten = 0
    const doing = fc.record({
      id: fc.integer({ min: 0, max: 2 }),
      action: fc.constantFrom("write", "write", "read", "clear"),
      by: fc.nat(9)
    })
    fc.assert(
      fc.property(fc.array(fc.tuple(doing, fc.nat(60)), { minLength: 5, maxLength: 40 }), (steps) => {
        const model = new Map<number, { readonly at: number; readonly all: ReadonlyArray<number> }>()
        const expected: Array<string> = []
        const feeds: Array<Feed> = [{ clock: 1_000 }]
        let now = 1_000
        for (const [{ action, by, id }, wait] of steps) {
          now += wait
          feeds.push({ clock: now }, { records: [{ id, action, by, at: 0 }] })
          const before = model.get(id)
          const live = before !== undefined && now - before.at < 100 ? before.all : []
          if (live.length === 0 && before !== undefined) forgotten++
          if (action === "write") model.set(id, { at: now, all: [...live, by] })
          else if (action === "clear" || live.length === 0) model.delete(id)
          const all = model.get(id)?.all ?? []
          expected.push(`${now}: ${all.at(-1)} ${all}`)
        }
        const plan = compiled(remembered)
        for (const each of [plan, inMaps(plan)]) {
          const { error, values } = runPlan(each, feeds, "generated")
          expect(error).toBe(null)
          expect(values).toEqual(expected.map((text, i) => ({ key: steps[i]?.[0].id, text })))
        }
      }),
      { numRuns: 100 }
    )
    expect(forgotten).toBeGreaterThan(10)
  })

  it.effect("is restored with its timers, also into another number of subtasks", () =>
    Effect.gen(function* () {
      const feeds = Array.from({ length: 60 }, (_, i): FeedOrRestart => {
        if (i % 7 === 6) return { watermark: i - 5 }
        return { records: [{ id: i % 5, action: "", by: i, at: i }] }
      })
      const all = [...feeds, { watermark: 1_000 }]
      const texts = (values: ReadonlyArray<unknown>) => values.map((value) => JSON.stringify(value)).sort()
      const expected = texts((yield* runRestarted(compiled(gathered), all, "generated")).values)
      expect(expected.length).toBeGreaterThan(10)
      const restarted = feeds.flatMap((feed, i) => (i % 11 === 10 ? [feed, { restart: 1 + (i % 4) }] : [feed]))
      for (const plan of [compiled(gathered), inMaps(compiled(gathered))]) {
        for (const mode of ["generated", "interpreted"] as const) {
          const { values } = yield* runRestarted(plan, [...restarted, { watermark: 1_000 }], mode)
          expect(texts(values)).toEqual(expected)
        }
      }
    })
  )
})
