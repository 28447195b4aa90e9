/** Random small systems: components that are tables, with every kind of channel, fault and effect between them. */
import {
  type Channel,
  type Component,
  channel,
  component,
  type Effect,
  type Message,
  type Property,
  type Resource,
  resource,
  type System,
  type SystemSpec,
  system,
  type View
} from "@tidemark/checker"
import fc from "fast-check"

const localStates = 3
const texts = ["ping", "pong"] as const
/** What a component may be told: two messages, an answer that may be bad, its timer, its own idea. */
const events = [...texts, "ok", "bad", "timer.fired", "idea"] as const

const channelNames = ["left", "right", "notices"] as const

const one = <A>(chance: number, arbitrary: fc.Arbitrary<A>, otherwise: A): fc.Arbitrary<A> =>
  fc.nat({ max: 9 }).chain((draw) => (draw < chance ? arbitrary : fc.constant(otherwise)))
const maybe = (chance: number): fc.Arbitrary<boolean> => fc.nat({ max: 9 }).map((draw) => draw < chance)
const localState = fc.nat({ max: localStates - 1 })

const sends = fc.record({
  _tag: fc.constant("Send" as const),
  channel: fc.constantFrom(...channelNames),
  message: fc.constantFrom(...texts).map((type): Message => ({ type }))
})

const restarts: ReadonlyArray<Effect> = [
  { _tag: "Stop", component: "helper" },
  { _tag: "Start", component: "helper", input: null }
]

/** One thing that a component of the core asks for; it may also start the helper anew, or stop it. */
const asks: fc.Arbitrary<ReadonlyArray<Effect>> = fc.oneof(
  { arbitrary: sends.map((effect) => [effect]), weight: 6 },
  {
    arbitrary: fc
      .constantFrom<Effect>({ _tag: "SetTimer", timer: "t" }, { _tag: "CancelTimer", timer: "t" })
      .map((effect) => [effect]),
    weight: 2
  },
  {
    arbitrary: fc
      .constantFrom(1, 2)
      .map((operation): ReadonlyArray<Effect> => [{ _tag: "Request", resource: "store", operation }]),
    weight: 3
  },
  {
    arbitrary: fc
      .constantFrom<Effect>({ _tag: "Clear", channel: "left" }, { _tag: "Note", fact: 1 })
      .map((effect) => [effect]),
    weight: 1
  },
  { arbitrary: fc.constantFrom(restarts, restarts.slice(0, 1)), weight: 1 }
)

interface Table {
  /** By state and event: what comes of it. Not listed: nothing. */
  readonly steps: Readonly<Record<string, { readonly state: number; readonly effects: ReadonlyArray<Effect> }>>
  /** States in which it may have an idea. */
  readonly ideas: ReadonlyArray<number>
  /** The state in which it does not listen to the left channel. */
  readonly deafIn: number | null
  readonly isDurable: boolean
  readonly startsWithTimer: boolean
}

const tables = (effects: fc.Arbitrary<ReadonlyArray<Effect>>): fc.Arbitrary<Table> =>
  fc.record({
    steps: fc.dictionary(
      fc.tuple(localState, fc.constantFrom(...events)).map(([state, event]) => `${state} ${event}`),
      fc.record({ state: localState, effects }),
      { minKeys: 8, maxKeys: 16, size: "max" }
    ),
    ideas: fc.uniqueArray(localState, { minLength: 1, maxLength: 2 }),
    deafIn: fc.option(localState),
    isDurable: fc.boolean(),
    startsWithTimer: fc.boolean()
  })

const componentOf = (name: string, table: Table): Component<number, Message, null> =>
  component({
    name,
    start: (_, durable) => ({
      state: typeof durable === "number" ? durable : 0,
      effects: table.startsWithTimer ? [{ _tag: "SetTimer", timer: "t" }] : []
    }),
    step: (state, event) => table.steps[`${state} ${event.type}`] ?? { state, effects: [] },
    internal: (state) => (table.ideas.includes(state) ? [{ type: "idea" }] : []),
    mayReceive: (state, from) => from !== "left" || state !== table.deafIn,
    ...(table.isDurable ? { durable: (state) => (state === 2 ? 1 : state) } : {})
  })

const channels: fc.Arbitrary<ReadonlyArray<Channel>> = fc
  .record({
    kinds: fc.tuple(fc.constantFrom("fifo", "bag", "set"), fc.constantFrom("fifo", "bag", "set")),
    whenDown: fc.constantFrom("clear", "keep"),
    isSenderNamed: fc.boolean(),
    readers: fc.constantFrom(["first", "helper"], ["helper"])
  })
  .map(({ kinds: [left, right], whenDown, isSenderNamed, readers }) => {
    const unreliable = (kind: Channel["kind"]): Pick<Channel, "kind" | "capacity" | "loses" | "duplicates"> => {
      const faults = { loses: ({ type }: Message) => type === "ping", duplicates: () => true }
      return { kind, capacity: 2, ...(kind === "set" ? {} : faults) }
    }
    return [
      channel({ name: "left", to: "second", ...unreliable(left), ...(isSenderNamed ? { from: "first" } : {}) }),
      channel({ name: "right", to: "first", whenDown, ...unreliable(right) }),
      channel({ name: "notices", kind: "set", to: readers, capacity: 2 }),
      channel({ name: "answers", kind: "bag", to: "first", whenDown, capacity: 2 })
    ]
  })

const answer = (type: string): ReadonlyArray<Effect> => [{ _tag: "Send", channel: "answers", message: { type } }]

const stores: fc.Arbitrary<Resource<number, number>> = fc
  .record({ isOrdered: fc.boolean(), fails: maybe(8), doubts: maybe(8), tears: maybe(7) })
  .map(({ isOrdered, fails, doubts, tears }) =>
    resource({
      name: "store",
      initial: 0,
      isOrdered,
      apply: (held, operation) => ({
        state: (held * 2 + operation) % 4,
        effects: [...answer("ok"), { _tag: "Note", fact: operation }]
      }),
      ...(fails ? { failure: () => answer("bad") } : {}),
      ...(doubts ? { unknown: (operation) => answer(operation === 1 ? "bad" : "pong") } : {}),
      ...(tears ? { torn: (held) => ({ state: held, effects: answer("bad") }) } : {})
    })
  )

const faults: fc.Arbitrary<Readonly<Record<string, number>>> = fc.dictionary(
  fc.constantFrom(
    "crash",
    "lose",
    "duplicate",
    "fails",
    "ambiguous",
    "late",
    "torn",
    "left.lose",
    "store.late",
    "right.duplicate"
  ),
  fc.constantFrom(1, 1, 1, 2, 0),
  { minKeys: 2, maxKeys: 6, size: "max" }
)

interface Case {
  readonly system: System
  readonly properties: ReadonlyArray<Property>
}

interface Parts {
  readonly first: Component<number, Message, null>
  readonly second: Component<number, Message, null>
  readonly store: Resource<number, number>
}

const history = { initial: 0, next: (noted: number, fact: number): number => (noted + fact) % 3 }

const start = (name: string): Effect => ({ _tag: "Start", component: name, input: null })

/** Every property with a chance to hold and to be violated. */
const properties = ({ first, second, store }: Parts): fc.Arbitrary<ReadonlyArray<Property>> => {
  const facts: ReadonlyArray<(view: View) => boolean> = [
    (view) => view.of(first) === 1,
    (view) => view.of(second) === 2,
    (view) => view.of(second) === 1 && view.of(first) === 2,
    (view) => view.of(first) === undefined,
    (view) => view.resource(store) === 3,
    (view) => view.messages({ name: "left" }).length > 0,
    (view) => view.timers(second).length > 0 && view.history(history) === 1,
    (view) => view.inFlight(store).some(({ from }) => from === null),
    (view) => view.isDown({ name: "unit" })
  ]
  const fact = fc.constantFrom(...facts)
  const tags = ["Deliver", "Timer", "Internal", "Operation", "Stimulus", "Recover", "Crash"] as const
  const fair = fc.array(
    fc.record({
      strength: fc.constantFrom("weak" as const, "strong" as const),
      of: fc
        .uniqueArray(fc.constantFrom(...tags), { minLength: 1, maxLength: tags.length, size: "max" })
        .map((fairTags) => (kind: { readonly _tag: string }) => fairTags.some((tag) => tag === kind._tag))
    }),
    { maxLength: 2 }
  )
  const tag = fc.constantFrom("Deliver", "Lose", "Duplicate", "Timer", "Internal", "Operation", "Crash")
  return fc.tuple(
    fact.map((wrong): Property => ({ _tag: "Always", name: "always", holds: (view) => !wrong(view) })),
    fc.tuple(fact, fact, tag).map(
      ([before, after, forbidden]): Property => ({
        _tag: "Step",
        name: "step",
        holds: (from, action, to) => action._tag !== forbidden || before(from) || !after(to) || "forbidden"
      })
    ),
    fact.map((holds): Property => ({ _tag: "Sometimes", name: "sometimes", holds })),
    fact.map((holds): Property => ({ _tag: "Terminal", name: "terminal", holds })),
    ...[1, 2, 3].map((number) =>
      fc
        .record({ from: fact, to: fact, fair })
        .map((of): Property => ({ _tag: "LeadsTo", name: `leads to ${number}`, ...of }))
    )
  )
}

/** Two components, a helper that they start and stop, three channels, a store, a process that crashes. */
export const cases: fc.Arbitrary<Case> = fc
  .record({
    core: fc.tuple(
      tables(fc.array(asks, { maxLength: 2 }).map((all) => all.flat())),
      tables(fc.array(asks, { maxLength: 2 }).map((all) => all.flat()))
    ),
    helper: tables(fc.array(sends, { maxLength: 1 })),
    channels,
    store: stores,
    faults,
    crashing: fc.constantFrom(["first"], ["second"], ["first", "second"], ["helper"], ["first", "helper"]),
    doesRecover: maybe(8),
    starts: fc.constantFrom(["first", "second"], ["first", "second", "helper"]),
    stimulus: one(
      7,
      sends.map((effect): ReadonlyArray<Effect> => [effect]),
      restarts
    )
  })
  .chain((drawn) => {
    const [firstTable, secondTable] = drawn.core
    const parts = {
      first: componentOf("first", firstTable),
      second: componentOf("second", secondTable),
      store: drawn.store
    }
    const helper = componentOf("helper", drawn.helper)
    const recovery = drawn.crashing.filter((name) => name !== "helper").map(start)
    const spec: SystemSpec = {
      name: "random",
      components: [parts.first, parts.second, helper],
      channels: drawn.channels,
      resources: [drawn.store],
      history,
      initially: drawn.starts.map(start),
      stimuli: [
        { name: "push", times: 1, effects: drawn.stimulus, when: (view) => view.of(parts.second) !== 2 },
        { name: "help", times: 1, effects: [start("helper")], when: (view) => view.of(helper) === undefined }
      ],
      crashes: [{ name: "unit", components: drawn.crashing, recover: drawn.doesRecover ? recovery : null }],
      faults: drawn.faults,
      bounds: { "at most two operations at once": (view) => view.inFlight(drawn.store).length <= 2 }
    }
    return properties(parts).map((all) => ({ system: system(spec), properties: all }))
  })
