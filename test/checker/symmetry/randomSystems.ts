/**
 * Random systems of exchangeable members around a hub, and properties about them.
 *
 * Everything that a part may have is there for somebody: channels of every kind, between all, timers, a resource with
 * failing operations, crash units, stimuli; states hold names as sets, as sequences, as keys, and as themselves.
 */
import {
  always,
  type Channel,
  channel,
  component,
  type Effect,
  type Message,
  type Property,
  resource,
  type Step,
  type System,
  sometimes,
  step,
  system,
  terminal
} from "@tidemark/checker"
import fc from "fast-check"

const modes = 3

interface Rule {
  readonly mode: number
  readonly mark: "none" | "add" | "remove" | "last" | "key"
  readonly act: "none" | "hub" | "peers" | "bus" | "store" | "arm" | "disarm" | "answer"
}

export interface Recipe {
  readonly names: ReadonlyArray<string>
  /** By mode, for each of the events. */
  readonly members: ReadonlyArray<ReadonlyArray<Rule>>
  readonly hub: ReadonlyArray<ReadonlyArray<Rule>>
  /** By mode: whether the member, and the hub, may act on its own. */
  readonly acts: ReadonlyArray<readonly [boolean, boolean]>
  readonly bus: Channel["kind"]
  readonly limit: number
  readonly faults: Readonly<Record<string, number>>
  readonly hasStimuli: boolean
}

const events: ReadonlyArray<string> = ["own", "told", "timer", "stored"]

const aRule: fc.Arbitrary<Rule> = fc.record<Rule>({
  mode: fc.nat({ max: modes - 1 }),
  mark: fc.constantFrom("none", "add", "remove", "last", "key"),
  act: fc.constantFrom("none", "hub", "peers", "bus", "store", "arm", "disarm", "answer")
})

const rules: fc.Arbitrary<ReadonlyArray<ReadonlyArray<Rule>>> = fc.array(
  fc.array(aRule, { minLength: events.length, maxLength: events.length }),
  { minLength: modes, maxLength: modes }
)

/** What breaks the symmetry: the rule of one member, or of the hub for one member, is another one. */
export interface Exception {
  readonly of: "member" | "hub"
  readonly member: number
  readonly event: number
  readonly rule: Rule
}

export const exceptions: fc.Arbitrary<Exception> = fc.record<Exception>({
  of: fc.constantFrom("member", "hub"),
  member: fc.nat({ max: 1 }),
  event: fc.nat({ max: events.length - 1 }),
  rule: aRule
})

export const recipes: fc.Arbitrary<Recipe> = fc.record({
  names: fc.constantFrom(["a", "b"], ["a", "b", "c"]),
  members: rules,
  hub: rules,
  acts: fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: modes, maxLength: modes }),
  bus: fc.constantFrom("fifo", "bag", "set"),
  limit: fc.integer({ min: 0, max: 3 }),
  faults: fc.constantFrom({}, { crash: 1 }, { fails: 1 }, { lose: 1 }, { late: 1 }),
  hasStimuli: fc.boolean()
})

interface Told extends Message {
  readonly type: "told"
  readonly from: string
}

interface State {
  readonly mode: number
  readonly set: ReadonlyArray<string>
  readonly last: string | null
  readonly keys: Readonly<Record<string, boolean>>
  /** The last two names, in order: no set. */
  readonly recent: ReadonlyArray<{ readonly name: string }>
}

const told = (via: string, from: string): Effect => {
  const message: Told = { type: "told", from }
  return { _tag: "Send", channel: via, message }
}

/** Nobody is preferred: effects on several others go through a channel for each of them. */
const effectsOf = (self: string, { act }: Rule, other: string | null, { names }: Recipe): ReadonlyArray<Effect> => {
  const others = names.filter((name) => name !== self)
  switch (act) {
    case "hub":
      return self === "hub" ? names.map((name) => told(`hub>${name}`, self)) : [told(`${self}>hub`, self)]
    case "peers":
      return self === "hub" ? [] : others.map((name) => told(`${self}>${name}`, other ?? self))
    case "bus":
      return [told("bus", other ?? self)]
    case "store":
      return [{ _tag: "Request", resource: "store", operation: { put: other ?? self, by: self } }]
    case "arm":
      return others.map((name) => ({ _tag: "SetTimer", timer: `retry-${name}` }))
    case "disarm":
      return other === null ? [] : [{ _tag: "CancelTimer", timer: `retry-${other}` }]
    case "answer":
      return self === "hub" && other !== null && names.includes(other) ? [told(`hub>${other}`, self)] : []
    case "none":
      return []
  }
}

const marked = (state: State, { mark, mode }: Rule, name: string | null): State => {
  if (name === null) return { ...state, mode }
  const recent = mark === "last" ? [...state.recent, { name }].slice(-2) : state.recent
  const rest = state.set.filter((held) => held !== name)
  const set = mark === "add" ? [...rest, name].sort() : mark === "remove" ? rest : state.set
  const keys = mark === "key" ? { ...state.keys, [name]: state.keys[name] !== true } : state.keys
  return { mode, set, keys, recent, last: mark === "last" ? name : state.last }
}

const partOf = (name: string, table: Recipe["members"], recipe: Recipe, exception?: Exception) =>
  component<State, Message | Told>({
    name,
    start: () => ({ state: { mode: 0, set: [], last: null, keys: {}, recent: [] }, effects: [] }),
    internal: ({ mode }) => (recipe.acts[mode]?.[name === "hub" ? 1 : 0] === true ? [{ type: "own" }] : []),
    timerEvent: (timer) => ({ type: "timer", from: timer.slice("retry-".length) }),
    durable: ({ last }) => last,
    step: (state, event): Step<State> => {
      const kind = events.indexOf(event.type)
      const other = "from" in event ? event.from : name === "hub" ? null : name
      const about = exception?.of === "hub" ? other : name
      const isExcepted = exception?.event === kind && about === recipe.names[exception.member]
      const rule = isExcepted ? exception.rule : table[state.mode]?.[kind]
      if (rule === undefined) return { state, effects: [] }
      return { state: marked(state, rule, other), effects: effectsOf(name, rule, other, recipe) }
    }
  })

export const systemOf = (
  recipe: Recipe,
  exception?: Exception
): { readonly system: System; readonly properties: ReadonlyArray<Property> } => {
  const { names } = recipe
  const members = names.map((name) =>
    partOf(name, recipe.members, recipe, exception?.of === "member" ? exception : undefined)
  )
  const hub = partOf("hub", recipe.hub, recipe, exception?.of === "hub" ? exception : undefined)
  const all = ["hub", ...names]
  const capacity = 1
  const loses = (): boolean => true
  const store = resource<ReadonlyArray<string>, { readonly put: string; readonly by: string }>({
    name: "store",
    initial: [],
    apply: (state, { put, by }) => ({
      state: state.includes(put) ? state : [...state, put].sort(),
      effects: names.includes(by) ? [{ _tag: "Send", channel: `hub>${by}`, message: { type: "stored" } }] : []
    }),
    failure: () => [],
    unknown: () => []
  })
  const inMode = (mode: number) => (view: Parameters<Parameters<typeof sometimes>[1]>[0]) =>
    members.filter((member) => view.of(member)?.mode === mode).length
  return {
    system: system({
      name: "random",
      components: [hub, ...members],
      channels: [
        ...names.map((name) => channel({ name: `hub>${name}`, kind: "fifo", to: name, capacity, loses })),
        ...names.map((name) => channel({ name: `${name}>hub`, kind: "bag", to: "hub", from: name, capacity })),
        ...names.flatMap((from) =>
          names.flatMap((to) =>
            from === to ? [] : [channel({ name: `${from}>${to}`, kind: "fifo", from, to, capacity })]
          )
        ),
        channel({ name: "bus", kind: recipe.bus, to: "hub", capacity: 2 })
      ],
      resources: [store],
      bounds: { "few operations": (view) => view.inFlight(store).length <= 2 },
      initially: all.map((name) => ({ _tag: "Start", component: name, input: null })),
      stimuli: recipe.hasStimuli
        ? names.map((name) => ({ name: `poke ${name}`, times: 1, effects: [told(`hub>${name}`, "hub")] }))
        : [],
      crashes: names.map((name) => ({
        name: `process of ${name}`,
        components: [name],
        recover: [{ _tag: "Start", component: name, input: null }]
      })),
      faults: recipe.faults,
      symmetric: [names]
    }),
    properties: [
      always("not many are in the last mode", (view) => inMode(2)(view) < recipe.limit),
      always("the hub has not heard of all", (view) => (view.of(hub)?.set.length ?? 0) < recipe.limit),
      sometimes("all are in the second mode", (view) => inMode(1)(view) === names.length),
      step(
        "nobody is told by itself of itself",
        (_before, action) =>
          action._tag !== "Deliver" || !("from" in action.message) || action.message.from !== action.to
      ),
      terminal("ends empty", (view) => names.every((name) => view.messages({ name: `hub>${name}` }).length === 0))
    ]
  }
}
