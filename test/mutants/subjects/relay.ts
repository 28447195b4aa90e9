/**
 * A protocol small enough to know all its mutants: stop and wait. The sender repeats a message until it is acknowledged;
 * the receiver takes each number once, and acknowledges whatever it hears.
 */
import { assign, setup } from "xstate"
import {
  always,
  channel,
  type Effect,
  leadsTo,
  type Message,
  sometimes,
  system,
  terminal
} from "../../../packages/checker/src/index.ts"
import { mutantsOf } from "../../../packages/checker/src/mutation/index.ts"
import { machineComponent } from "../../../packages/checker/src/system/machineComponent.ts"
import type { Configuration, Subject } from "../harness/Subject.ts"

type Command =
  | { readonly _tag: "Send"; readonly number: number }
  | { readonly _tag: "Acknowledge"; readonly number: number }
  | { readonly _tag: "Arm" }
  | { readonly _tag: "Disarm" }
  | { readonly _tag: "Show"; readonly number: number }

const perform = (_: unknown, _commands: ReadonlyArray<Command>): void => {}

export const senderMachine = setup({
  types: {
    context: {} as { readonly next: number; readonly last: number },
    events: {} as { readonly type: "acknowledged"; readonly number: number } | { readonly type: "timer.fired" },
    input: {} as { readonly last: number }
  },
  actions: { perform, advance: assign(({ context }) => ({ next: context.next + 1 })) },
  guards: {
    isExpected: ({ context }, number: number) => number === context.next,
    isDone: ({ context }) => context.next > context.last
  }
}).createMachine({
  id: "sender",
  initial: "sending",
  context: ({ input }) => ({ next: 1, last: input.last }),
  states: {
    sending: {
      always: { guard: "isDone", target: "done" },
      entry: {
        type: "perform",
        params: ({ context }) =>
          context.next > context.last ? [] : [{ _tag: "Send", number: context.next }, { _tag: "Arm" }]
      },
      on: {
        acknowledged: {
          guard: { type: "isExpected", params: ({ event }) => event.number },
          target: "sending",
          reenter: true,
          actions: "advance"
        },
        "timer.fired": { target: "sending", reenter: true }
      }
    },
    done: { entry: { type: "perform", params: [{ _tag: "Disarm" }, { _tag: "Disarm" }] } }
  }
})

export const receiverMachine = setup({
  types: {
    context: {} as { readonly taken: number },
    events: {} as { readonly type: "sent"; readonly number: number }
  },
  actions: { perform, take: assign((_, taken: number) => ({ taken })) },
  guards: { isNew: ({ context }, number: number) => number === context.taken + 1 }
}).createMachine({
  id: "receiver",
  context: { taken: 0 },
  on: {
    sent: [
      {
        guard: { type: "isNew", params: ({ event }) => event.number },
        actions: [
          { type: "take", params: ({ event }) => event.number },
          {
            type: "perform",
            params: ({ event }) => [
              { _tag: "Show", number: event.number },
              { _tag: "Acknowledge", number: event.number }
            ]
          }
        ]
      },
      { actions: { type: "perform", params: ({ event }) => [{ _tag: "Acknowledge", number: event.number }] } }
    ]
  }
})

export interface RelayMachines {
  readonly sender: typeof senderMachine
  readonly receiver: typeof receiverMachine
}

const machines: RelayMachines = { sender: senderMachine, receiver: receiverMachine }

const effectOf = (command: Command): Effect => {
  switch (command._tag) {
    case "Send":
      return { _tag: "Send", channel: "forth", message: message("sent", command.number) }
    case "Acknowledge":
      return { _tag: "Send", channel: "back", message: message("acknowledged", command.number) }
    case "Arm":
      return { _tag: "SetTimer", timer: "again" }
    case "Disarm":
      return { _tag: "CancelTimer", timer: "again" }
    case "Show":
      return { _tag: "Note", fact: command.number }
  }
}

const message = (type: string, number: number): Message & { readonly number: number } => ({ type, number })

const configuration = (last: number, losses: number): Configuration<RelayMachines> => ({
  name: `${last} messages, ${losses} losses`,
  model: (given) => {
    const sender = machineComponent({
      name: "sender",
      machine: given.sender,
      input: { last },
      effects: (action) => (action.type === "perform" ? action.params.map(effectOf) : undefined),
      timerEvent: () => ({ type: "timer.fired" as const })
    })
    const receiver = machineComponent({
      name: "receiver",
      machine: given.receiver,
      effects: (action) => (action.type === "perform" ? action.params.map(effectOf) : undefined)
    })
    const shown = {
      initial: [] as ReadonlyArray<number>,
      next: (numbers: ReadonlyArray<number>, number: number) => [...numbers, number]
    }
    return {
      system: system({
        name: "relay",
        components: [sender, receiver],
        channels: [
          channel({ name: "forth", kind: "fifo", to: "receiver", loses: () => true, capacity: 2 }),
          channel({ name: "back", kind: "fifo", to: "sender", loses: () => true, capacity: 2 })
        ],
        history: shown,
        initially: [
          { _tag: "Start", component: "sender", input: null },
          { _tag: "Start", component: "receiver", input: null }
        ],
        faults: { lose: losses }
      }),
      properties: [
        always(
          "each number once, in order",
          (view) =>
            view.history(shown).every((number, index) => number === index + 1) || `shown: ${view.history(shown)}`
        ),
        terminal("all is shown", (view) => view.history(shown).length === last),
        sometimes("a message is lost", (view) => losses === 0 || view.faultsLeft("lose") < losses),
        leadsTo("the sender ends", {
          from: () => true,
          to: (view) => view.of(sender)?.matches("done") === true,
          fair: [{ strength: "weak", of: ({ _tag }) => _tag === "Deliver" || _tag === "Timer" }]
        })
      ]
    }
  }
})

export const subject: Subject<RelayMachines> = {
  machines,
  commands: { action: "perform", nameOf: (command) => tagOf(command) },
  internal: [],
  idempotent: ["Arm", "Disarm"],
  map: ({ sender, receiver }, change) => ({ sender: change(sender), receiver: change(receiver) }),
  mutants: (options) => [
    ...mutantsOf(senderMachine, options(senderMachine)).map((mutant) => ({
      ...mutant,
      change: (given: RelayMachines) => ({ ...given, sender: mutant.onto(given.sender) })
    })),
    ...mutantsOf(receiverMachine, options(receiverMachine)).map((mutant) => ({
      ...mutant,
      change: (given: RelayMachines) => ({ ...given, receiver: mutant.onto(given.receiver) })
    }))
  ],
  configurations: [configuration(2, 0), configuration(1, 1), configuration(2, 1)]
}

const tagOf = (command: unknown): string =>
  typeof command === "object" && command !== null && "_tag" in command ? String(command._tag) : "?"
