/**
 * Two-phase commit as in Lamport's TwoPhase.tla, of two machines: the yardstick of explicit-state model checkers.
 *
 * Messages are never consumed, as there: channels are sets. The number of reachable states is known for any number of
 * participants.
 */
import {
  always,
  channel,
  type Message,
  machineComponent,
  type Property,
  type System,
  sometimes,
  system,
  type View
} from "@tidemark/checker"
import { assign, setup } from "xstate"

export interface Counts {
  readonly states: number
  readonly edges: number
  /** States up to exchange of participants. */
  readonly orbits: number
}

/** What is reachable, by number of participants, as TLC, SPIN and others count it. */
export const twoPhaseCommitCounts: ReadonlyMap<number, Counts> = new Map([
  [3, { states: 288, edges: 1_145, orbits: 80 }],
  [5, { states: 8_832, edges: 58_145, orbits: 314 }],
  [7, { states: 296_448, edges: 2_744_705, orbits: 920 }]
])

interface Prepared extends Message {
  readonly type: "prepared"
  readonly participant: string
}

interface Decision extends Message {
  readonly type: "commit" | "abort"
}

interface Vote {
  readonly type: "prepare" | "refuse"
}

interface Choice {
  readonly type: "decide" | "giveUp"
}

const votes: ReadonlyArray<Vote> = [{ type: "prepare" }, { type: "refuse" }]
const choices: ReadonlyArray<Choice> = [{ type: "decide" }, { type: "giveUp" }]

const command = (): void => {}

/** May prepare or abort on its own while it works; takes a decision in whatever state it is. */
const participantMachine = setup({
  types: { events: {} as Decision | Vote },
  actions: { sendPrepared: command }
}).createMachine({
  id: "participant",
  initial: "working",
  on: { commit: ".committed", abort: ".aborted" },
  states: {
    working: {
      on: { prepare: { target: "prepared", actions: "sendPrepared" }, refuse: "aborted" }
    },
    prepared: {},
    committed: {},
    aborted: {}
  }
})

/** Commits when everybody has prepared; may abort at any time before. */
const managerMachine = setup({
  types: {
    context: {} as { readonly participants: number; readonly prepared: Readonly<Record<string, true>> },
    input: {} as { readonly participants: number },
    events: {} as Prepared | Choice
  },
  guards: {
    hasAll: ({ context }) => Object.keys(context.prepared).length === context.participants
  },
  actions: {
    note: assign({
      prepared: ({ context, event }) =>
        event.type === "prepared" ? { ...context.prepared, [event.participant]: true as const } : context.prepared
    }),
    sendCommit: command,
    sendAbort: command
  }
}).createMachine({
  id: "manager",
  context: ({ input }) => ({ participants: input.participants, prepared: {} }),
  initial: "waiting",
  states: {
    waiting: {
      on: {
        prepared: { actions: "note" },
        decide: { guard: "hasAll", target: "committed", actions: "sendCommit" },
        giveUp: { target: "aborted", actions: "sendAbort" }
      }
    },
    committed: {},
    aborted: {}
  }
})

export interface TwoPhaseCommit {
  readonly system: System
  readonly properties: ReadonlyArray<Property>
}

export const twoPhaseCommit = (participants: number): TwoPhaseCommit => {
  const names = Array.from({ length: participants }, (_, index) => `participant${index + 1}`)
  const manager = machineComponent({
    name: "manager",
    machine: managerMachine,
    input: { participants },
    mayReceive: (snapshot) => snapshot.value === "waiting",
    internal: (snapshot) => choices.filter((choice) => snapshot.can(choice)),
    effects: ({ type }) => {
      const message = { type: type === "sendCommit" ? "commit" : "abort" }
      return [{ _tag: "Send", channel: "decisions", message }]
    }
  })
  const members = names.map((name) =>
    machineComponent({
      name,
      machine: participantMachine,
      internal: (snapshot) => votes.filter((vote) => snapshot.can(vote)),
      effects: () => [
        { _tag: "Send", channel: "votes", message: { type: "prepared", participant: name } satisfies Prepared }
      ]
    })
  )
  const some = (view: View, value: string): boolean => members.some((member) => view.of(member)?.value === value)
  return {
    system: system({
      name: `two-phase commit of ${participants}`,
      components: [manager, ...members],
      channels: [
        channel({ name: "votes", kind: "set", to: "manager" }),
        channel({ name: "decisions", kind: "set", to: names })
      ],
      initially: ["manager", ...names].map((name) => ({ _tag: "Start", component: name, input: undefined })),
      symmetric: [names]
    }),
    properties: [
      always(
        "no participant commits while another one aborts",
        (view) => !(some(view, "committed") && some(view, "aborted"))
      ),
      sometimes("all have committed", (view) => members.every((member) => view.of(member)?.value === "committed")),
      sometimes("a participant has refused", (view) => some(view, "aborted"))
    ]
  }
}
