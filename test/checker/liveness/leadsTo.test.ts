import { describe, expect, it } from "vitest"
import { checkLeadsTo, type LeadsTo } from "../../../packages/checker/src/liveness/leadsTo.ts"
import { type Fairness, leadsTo } from "../../../packages/checker/src/property/Property.ts"
import type { ActionClass } from "../../../packages/checker/src/system/Action.ts"
import type { Message } from "../../../packages/checker/src/system/Effect.ts"
import type { View } from "../../../packages/checker/src/system/View.ts"
import { stateGraph } from "./randomGraphs.ts"

/** Three states in a row, the last of which is done; a timer leads on from the first, a delivery from the second. */
const graph = stateGraph({
  states: 3,
  edges: [
    { source: 0, target: 1, kind: 0 },
    { source: 1, target: 2, kind: 1 }
  ]
})

const classes: ReadonlyArray<ActionClass> = [
  { _tag: "Timer", component: "client", timer: "retry" },
  { _tag: "Deliver", channel: "work", to: "server" }
]

const views = ["waiting", "sent", "done"].map((type): View => {
  const nothing = (): never => {
    throw new Error("nothing else is asked for")
  }
  return {
    of: nothing,
    messages: (): ReadonlyArray<Message> => [{ type }],
    timers: nothing,
    resource: nothing,
    inFlight: nothing,
    isDown: nothing,
    faultsLeft: nothing,
    history: nothing
  }
})

const statusOf = (view: View | undefined): string | undefined => view?.messages({ name: "status" })[0]?.type

const property = (of: {
  readonly from?: (view: View) => boolean
  readonly to?: (view: View) => boolean
  readonly fair: ReadonlyArray<Fairness>
}): LeadsTo => {
  const from = (view: View) => statusOf(view) === "waiting"
  const made = leadsTo("work gets done", { from, to: (view) => statusOf(view) === "done", ...of })
  if (made._tag !== "LeadsTo") throw new Error("leadsTo made something else")
  return made
}

const check = (of: LeadsTo) =>
  checkLeadsTo(of, graph, classes, (predicate) => (state) => {
    const view = views[state]
    return view !== undefined && predicate(view)
  })

const fair = (tag: ActionClass["_tag"], strength: "weak" | "strong" = "weak"): Fairness => ({
  strength,
  of: ({ _tag }) => _tag === tag
})

describe("checkLeadsTo", () => {
  it("holds if everything on the way is fair", () => {
    expect(check(property({ fair: [fair("Timer"), fair("Deliver", "strong")] }))).toEqual({
      isTriggered: true,
      violation: null
    })
  })

  it("tells where the system may stay if something on the way is not fair", () => {
    expect(check(property({ fair: [fair("Timer")] }))).toEqual({
      isTriggered: true,
      violation: {
        detail: "is owed after step 0, and after step 1 it stays there for ever: nothing fair is enabled",
        steps: [{ state: 0, edge: 0 }],
        loopsTo: 1
      }
    })
  })

  it("tells that nothing was ever owed", () => {
    expect(check(property({ from: (view) => statusOf(view) === "lost", fair: [] }))).toEqual({
      isTriggered: false,
      violation: null
    })
  })

  it("reports a predicate that throws, with the shortest path to where it does", () => {
    const failing = (view: View): boolean => {
      if (statusOf(view) === "sent") throw new Error("no such field")
      return false
    }
    const violation = { steps: [{ state: 0, edge: 0 }], loopsTo: null }
    expect(check(property({ from: failing, fair: [] })).violation).toEqual({
      ...violation,
      detail: 'its predicate "from" threw: no such field'
    })
    expect(check(property({ to: failing, fair: [] })).violation).toEqual({
      ...violation,
      detail: 'its predicate "to" threw: no such field'
    })
  })
})
