/**
 * A file transfer by alternating bits over channels that lose and duplicate, to a receiver that crashes.
 *
 * Its twin in Promela, `alternatingBit.pml`, is written by hand: the same states, whoever counts them.
 */
import {
  always,
  channel,
  type Message,
  machineComponent,
  type Property,
  type System,
  sometimes,
  system
} from "@tidemark/checker"
import { assign, setup } from "xstate"

type Bit = 0 | 1

interface Data extends Message {
  readonly type: "data"
  readonly bit: Bit
}

interface Acknowledgement extends Message {
  readonly type: "acknowledged"
  readonly bit: Bit
}

/** How often the sender tries before it gives up. */
const triesMax = 3

const command = (_: unknown, _params: { readonly bit: Bit }): void => {}
const timerCommand = (): void => {}

const senderMachine = setup({
  types: {
    context: {} as { readonly bit: Bit; readonly tries: number },
    events: {} as
      | Acknowledgement
      | { readonly type: "offer" }
      | { readonly type: "timer.fired"; readonly timer: string }
  },
  guards: {
    isCurrent: ({ context, event }) => event.type === "acknowledged" && event.bit === context.bit,
    mayTry: ({ context }) => context.tries < triesMax
  },
  actions: {
    send: command,
    arm: timerCommand,
    disarm: timerCommand,
    count: assign({ tries: ({ context }) => context.tries + 1 }),
    turn: assign({ bit: ({ context }): Bit => (context.bit === 0 ? 1 : 0), tries: 0 })
  }
}).createMachine({
  id: "sender",
  context: { bit: 0, tries: 0 },
  initial: "idle",
  states: {
    idle: {
      on: {
        offer: { target: "waiting", actions: ["count", { type: "send", params: ({ context }) => context }, "arm"] }
      }
    },
    waiting: {
      on: {
        acknowledged: { guard: "isCurrent", target: "idle", actions: ["turn", "disarm"] },
        "timer.fired": [
          { guard: "mayTry", actions: ["count", { type: "send", params: ({ context }) => context }, "arm"] },
          { target: "failed" }
        ]
      }
    },
    failed: {}
  }
})

const receiverMachine = setup({
  types: {
    context: {} as { readonly expected: Bit },
    input: {} as { readonly expected: Bit },
    events: {} as Data
  },
  guards: { isNew: ({ context, event }) => event.bit === context.expected },
  actions: {
    acknowledge: command,
    take: assign({ expected: ({ context }): Bit => (context.expected === 0 ? 1 : 0) })
  }
}).createMachine({
  id: "receiver",
  context: ({ input }) => input,
  on: {
    data: [
      { guard: "isNew", actions: ["take", { type: "acknowledge", params: ({ event }) => event }] },
      { actions: { type: "acknowledge", params: ({ event }) => event } }
    ]
  }
})

const sender = machineComponent({
  name: "sender",
  machine: senderMachine,
  internal: (snapshot) => (snapshot.value === "idle" ? [{ type: "offer" as const }] : []),
  effects: (action) => {
    switch (action.type) {
      case "send":
        return [{ _tag: "Send", channel: "data", message: { type: "data", bit: action.params.bit } satisfies Data }]
      case "arm":
        return [{ _tag: "SetTimer", timer: "resend" }]
      case "disarm":
        return [{ _tag: "CancelTimer", timer: "resend" }]
      default:
        return undefined
    }
  }
})

/** What it expects is on its disk. */
const receiver = machineComponent({
  name: "receiver",
  machine: receiverMachine,
  durable: (snapshot) => snapshot.context.expected,
  restore: (durable): { readonly expected: Bit } => ({ expected: durable === 1 ? 1 : 0 }),
  effects: (action) =>
    action.type === "acknowledge"
      ? [
          {
            _tag: "Send",
            channel: "acknowledgements",
            message: { type: "acknowledged", bit: action.params.bit } satisfies Acknowledgement
          }
        ]
      : undefined
})

const startReceiver = { _tag: "Start", component: "receiver", input: { expected: 0 } } as const

/** Channels keep their order, but a duplicate comes again at the end: for that an alternating bit is not enough. */
export const alternatingBit = (duplicates: number): System =>
  system({
    name: "alternating bit",
    components: [sender, receiver],
    channels: [
      channel({ name: "data", kind: "fifo", to: "receiver", loses: () => true, duplicates: () => true }),
      channel({ name: "acknowledgements", kind: "fifo", to: "sender", loses: () => true })
    ],
    crashes: [{ name: "receiver", components: ["receiver"], recover: [startReceiver] }],
    faults: { lose: 2, "data.duplicate": duplicates, crash: 1 },
    initially: [{ _tag: "Start", component: "sender", input: undefined }, startReceiver]
  })

/** Reachable states and edges by number of duplicates, as SPIN counts them. */
export const alternatingBitCounts: ReadonlyMap<number, readonly [states: number, edges: number]> = new Map([
  [0, [1_464, 4_804]],
  [1, [27_646, 105_524]]
])

export const alternatingBitProperties: ReadonlyArray<Property> = [
  always("what has been acknowledged was taken", (view) => {
    const [from, to] = [view.of(sender), view.of(receiver)]
    return from === undefined || to === undefined || from.value !== "idle" || from.context.bit === to.context.expected
  }),
  sometimes("the sender gives up", (view) => view.of(sender)?.value === "failed"),
  sometimes("the receiver is down", (view) => view.isDown({ name: "receiver" }))
]
