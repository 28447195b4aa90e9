/** Two clients and a lock server that takes a lease back without asking: what may go wrong, does. */
import { assign, setup } from "xstate"
import { always, leadsTo, sometimes, step, terminal } from "../../../packages/checker/src/property/Property.ts"
import { channel } from "../../../packages/checker/src/system/Channel.ts"
import type { Effect, Message } from "../../../packages/checker/src/system/Effect.ts"
import { machineComponent } from "../../../packages/checker/src/system/machineComponent.ts"
import { resource } from "../../../packages/checker/src/system/Resource.ts"
import { system } from "../../../packages/checker/src/system/System.ts"
import type { Fields } from "./paths.ts"

const clientMachine = setup({
  types: {
    context: {} as { readonly shifts: number },
    events: {} as { type: "want" } | { type: "granted" } | { type: "leave" } | { type: "shift" }
  },
  actions: { request: () => {} }
}).createMachine({
  id: "client",
  initial: "idle",
  context: { shifts: 0 },
  on: { shift: { actions: assign({ shifts: ({ context }) => context.shifts + 1 }) } },
  states: {
    idle: { on: { want: { target: "waiting", actions: "request" } } },
    waiting: { on: { granted: "holding" } },
    holding: { on: { leave: "done" } },
    done: {}
  }
})

const serverMachine = setup({
  types: {
    context: {} as { readonly queue: ReadonlyArray<string> },
    events: {} as
      | { type: "requested"; by: string }
      | { type: "timer.fired"; timer: string }
      | { type: "logged"; ok: boolean }
  },
  actions: { grant: (_, _params: { to: string }) => {} }
}).createMachine({
  id: "server",
  initial: "free",
  context: { queue: [] },
  states: {
    free: {
      on: { requested: { target: "leased", actions: { type: "grant", params: ({ event }) => ({ to: event.by }) } } }
    },
    leased: {
      on: {
        requested: { actions: assign({ queue: ({ context, event }) => [...context.queue, event.by] }) },
        "timer.fired": [
          {
            guard: ({ context }) => context.queue.length > 0,
            actions: [
              { type: "grant", params: ({ context }) => ({ to: context.queue[0] ?? "" }) },
              assign({ queue: ({ context }) => context.queue.slice(1) })
            ]
          },
          { target: "free" }
        ]
      }
    }
  }
})

const send = (to: string, message: Message): Effect => ({ _tag: "Send", channel: to, message })

interface Requested extends Message {
  readonly by: string
}

const request = (by: string): Effect => {
  const message: Requested = { type: "requested", by }
  return send("requests", message)
}

export const clientOf = (name: string) =>
  machineComponent({
    name,
    machine: clientMachine,
    effects: () => [request(name)],
    internal: ({ value }) => [
      ...(value === "idle" ? [{ type: "want" as const }] : []),
      ...(value === "holding" ? [{ type: "leave" as const }] : [])
    ]
  })

export const a = clientOf("a")
export const b = clientOf("b")

export const server = machineComponent({
  name: "server",
  machine: serverMachine,
  effects: (action) =>
    action.type === "grant"
      ? [
          send(`to-${action.params.to}`, { type: "granted" }),
          { _tag: "SetTimer", timer: "lease" },
          { _tag: "Request", resource: "log", operation: { grant: action.params.to } }
        ]
      : undefined
})

const log = resource<ReadonlyArray<unknown>>({
  name: "log",
  initial: [],
  apply: (entries, operation) => ({ state: [...entries, operation], effects: [] }),
  failure: () => [],
  unknown: () => []
})

export const lease = system({
  name: "lease",
  components: [a, b, server],
  channels: [
    channel({ name: "requests", kind: "bag", to: "server", duplicates: () => true }),
    channel({ name: "to-a", kind: "fifo", to: "a", from: "server", loses: () => true }),
    channel({ name: "to-b", kind: "fifo", to: "b", from: "server" }),
    channel({ name: "office", kind: "fifo", to: "a" })
  ],
  resources: [log],
  crashes: [{ name: "laptop", components: ["a"], recover: [{ _tag: "Start", component: "a", input: null }] }],
  stimuli: [{ name: "new shift", times: 1, effects: [send("office", { type: "shift" })] }],
  faults: { lose: 1, duplicate: 1, crash: 1, fails: 1, late: 1, ambiguous: 1 },
  initially: ["a", "b", "server"].map((component) => ({ _tag: "Start", component, input: null }))
})

/** One action of every kind. */
export const tour: ReadonlyArray<Fields> = [
  { _tag: "Internal", component: "b" },
  { _tag: "Duplicate", channel: "requests" },
  { _tag: "Operation", outcome: "late" },
  { _tag: "Deliver", channel: "to-b" },
  { _tag: "Timer", component: "server" },
  { _tag: "Internal", component: "a" },
  { _tag: "Deliver", channel: "requests", message: { type: "requested", by: "a" } },
  { _tag: "Deliver", channel: "requests", message: { type: "requested", by: "b" } },
  { _tag: "Lose", channel: "to-a" },
  { _tag: "Timer", component: "server" },
  { _tag: "Operation", outcome: "fails" },
  { _tag: "Operation", outcome: "lands" },
  { _tag: "Stimulus", stimulus: "new shift" },
  { _tag: "Deliver", channel: "office" },
  { _tag: "Crash", unit: "laptop" },
  { _tag: "Recover", unit: "laptop" }
]

const isHolding = (snapshot: { readonly value: unknown } | undefined) => snapshot?.value === "holding"

export const oneHolder = always("one holder", (view) =>
  isHolding(view.of(a)) && isHolding(view.of(b)) ? "a and b hold the lease" : true
)
export const nobodyThrows = always("no predicate throws", () => {
  throw new Error("a broken predicate")
})
export const keepsShifts = step("shifts are kept", (before, _action, after) => {
  const [was, is] = [before.of(a)?.context.shifts, after.of(a)?.context.shifts]
  return was === undefined || is === undefined || is >= was
})
export const isSeen = sometimes("b holds", (view) => isHolding(view.of(b)))
export const allDone = terminal("all are done at the end", (view) => view.of(b)?.value === "done")
export const waitingEnds = leadsTo("who waits gets it", {
  from: (view) => view.of(a)?.value === "waiting",
  to: (view) => isHolding(view.of(a)),
  fair: [{ strength: "weak", of: ({ _tag }) => _tag !== "Crash" && _tag !== "Lose" }]
})

export const properties = [oneHolder, nobodyThrows, keepsShifts, isSeen, allDone, waitingEnds]

export default { system: lease, properties }
