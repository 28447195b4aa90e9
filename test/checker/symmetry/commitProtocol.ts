/** Two-phase commit with flaws to choose from, none of which treats one participant unlike another. */
import {
  always,
  component,
  type Effect,
  type Message,
  type Property,
  type Step,
  type System,
  sometimes,
  step,
  system,
  terminal,
  type View
} from "@tidemark/checker"

export const flaws = [
  "none",
  "commits when one vote is missing",
  "commits without a vote",
  "gives up after it has committed",
  "answers a late vote with an abort",
  "says commit when it gives up",
  "says both",
  "counts votes instead of voters",
  "throws on a vote after its decision",
  "participant aborts after its vote",
  "participant commits when it votes",
  "participant votes and refuses",
  "participant votes for all others",
  "participant ignores the abort once it has voted",
  "participant works again after an abort",
  "participant commits again and again"
] as const

export type Flaw = (typeof flaws)[number]

interface Vote extends Message {
  readonly type: "vote"
  readonly from: string
}

interface Manager {
  readonly phase: "waiting" | "committed" | "aborted"
  readonly set: ReadonlyArray<string>
  readonly votes: number
}

type Participant = "working" | "prepared" | "committed" | "aborted"

const say = (type: "commit" | "abort"): Effect => ({ _tag: "Send", channel: "decisions", message: { type } })

const voteOf = (from: string): Effect => {
  const message: Vote = { type: "vote", from }
  return { _tag: "Send", channel: "votes", message }
}

const managerOf = (flaw: Flaw, size: number) =>
  component<Manager, Message | Vote>({
    name: "manager",
    start: () => ({ state: { phase: "waiting", set: [], votes: 0 }, effects: [] }),
    internal: ({ phase, set, votes }) => {
      const counted = flaw === "counts votes instead of voters" ? votes : set.length
      const needed =
        flaw === "commits without a vote" ? 0 : flaw === "commits when one vote is missing" ? size - 1 : size
      const mayGiveUp = phase === "waiting" || (phase === "committed" && flaw === "gives up after it has committed")
      return [
        ...(phase === "waiting" && counted >= needed ? [{ type: "decide" }] : []),
        ...(mayGiveUp ? [{ type: "giveUp" }] : [])
      ]
    },
    step: (state, event) => {
      if (event.type === "decide") return { state: { ...state, phase: "committed" }, effects: [say("commit")] }
      if (event.type === "giveUp") {
        const effects =
          flaw === "says both"
            ? [say("abort"), say("commit")]
            : [say(flaw === "says commit when it gives up" ? "commit" : "abort")]
        return { state: { ...state, phase: "aborted" }, effects }
      }
      if (state.phase !== "waiting") {
        if (flaw === "throws on a vote after its decision") throw new Error("a vote after the decision")
        return { state, effects: flaw === "answers a late vote with an abort" ? [say("abort")] : [] }
      }
      const from = "from" in event ? event.from : ""
      const set = state.set.includes(from) ? state.set : [...state.set, from].sort()
      const votes = flaw === "counts votes instead of voters" ? Math.min(size, state.votes + 1) : 0
      return { state: { ...state, set, votes }, effects: [] }
    }
  })

const participantOf = (name: string, all: ReadonlyArray<string>, flaw: Flaw) =>
  component<Participant>({
    name,
    start: () => ({ state: "working", effects: [] }),
    internal: (state) =>
      state === "working"
        ? [{ type: "prepare" }, { type: "refuse" }]
        : state === "prepared" && flaw === "participant aborts after its vote"
          ? [{ type: "refuse" }]
          : [],
    step: (state, { type }): Step<Participant> => {
      switch (type) {
        case "prepare": {
          const voters = flaw === "participant votes for all others" ? all.filter((other) => other !== name) : [name]
          return {
            state: flaw === "participant commits when it votes" ? "committed" : "prepared",
            effects: voters.map(voteOf)
          }
        }
        case "refuse":
          return { state: "aborted", effects: flaw === "participant votes and refuses" ? [voteOf(name)] : [] }
        case "commit":
          if (state === "committed" && flaw === "participant commits again and again")
            return { state: "prepared", effects: [] }
          return { state: "committed", effects: [] }
        default:
          if (flaw === "participant ignores the abort once it has voted" && state === "prepared")
            return { state, effects: [] }
          return { state: flaw === "participant works again after an abort" ? "working" : "aborted", effects: [] }
      }
    }
  })

export const commitProtocol = (
  flaw: Flaw,
  size: number
): { readonly system: System; readonly properties: ReadonlyArray<Property> } => {
  const names = Array.from({ length: size }, (_, index) => `p${index + 1}`)
  const manager = managerOf(flaw, size)
  const members = names.map((name) => participantOf(name, names, flaw))
  const count = (view: View, state: Participant): number => members.filter((member) => view.of(member) === state).length
  return {
    system: system({
      name: "commit protocol",
      components: [manager, ...members],
      channels: [
        { name: "votes", kind: "set", to: "manager" },
        { name: "decisions", kind: "set", to: names }
      ],
      initially: ["manager", ...names].map((name) => ({ _tag: "Start", component: name, input: null })),
      symmetric: [names]
    }),
    properties: [
      always("all decide alike", (view) => count(view, "committed") === 0 || count(view, "aborted") === 0),
      always(
        "nobody commits before all have voted",
        (view) => count(view, "committed") === 0 || count(view, "working") === 0
      ),
      step("a decision stands", (before, _action, after) =>
        members.every((member) => {
          const decided = view(before.of(member))
          return decided === null || decided === after.of(member)
        })
      ),
      step(
        "nobody but the manager takes votes",
        (_before, action) => action._tag !== "Deliver" || action.channel !== "votes" || action.to === "manager"
      ),
      terminal("everybody has decided", (view) => count(view, "committed") + count(view, "aborted") === size),
      sometimes("all have committed", (view) => count(view, "committed") === size),
      sometimes("all have aborted", (view) => count(view, "aborted") === size),
      sometimes("one has voted, one has refused", (view) => count(view, "prepared") > 0 && count(view, "aborted") > 0)
    ]
  }
}

const view = (state: Participant | undefined): Participant | null =>
  state === "committed" || state === "aborted" ? state : null
