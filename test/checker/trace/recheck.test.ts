import { describe, expect, it } from "vitest"
import type { Property } from "../../../packages/checker/src/property/Property.ts"
import { check } from "../../../packages/checker/src/search/check.ts"
import { component } from "../../../packages/checker/src/system/Component.ts"
import { system } from "../../../packages/checker/src/system/System.ts"
import { recheck } from "../../../packages/checker/src/trace/replay.ts"
import leaseModel, * as L from "./lease.ts"
import { pathOf } from "./paths.ts"
import walkModel, * as W from "./walker.ts"

const tour = pathOf(L.lease, L.tour)

describe("recheck", () => {
  it.each<readonly [string, { readonly system: typeof L.lease; readonly property: Property }]>([
    ["always", { system: L.lease, property: L.oneHolder }],
    ["always, which throws", { system: L.lease, property: L.nobodyThrows }],
    ["terminal", { system: W.walk, property: W.endsAtHome }],
    ["leadsTo", { system: W.walk, property: W.arrives("weak") }]
  ])("finds again what a search has found: %s", (_, { system: checked, property }) => {
    const [violation] = check(checked, [property]).violations
    if (violation === undefined) throw new Error("the search found nothing")
    const result = recheck({ system: checked, properties: [property] }, violation.trace, property.name)
    expect(result._tag).toBe("Violated")
    if (property._tag !== "LeadsTo") expect(result).toEqual({ _tag: "Violated", detail: violation.detail })
  })

  it("judges steps: each edge with its action", () => {
    expect(recheck(leaseModel, tour, L.keepsShifts.name)).toEqual({ _tag: "Holds" })
    const properties: ReadonlyArray<Property> = [
      {
        _tag: "Step",
        name: "no shift",
        holds: (before, action, after) =>
          before.of(L.a)?.context.shifts === after.of(L.a)?.context.shifts || `changed by ${action._tag}`
      }
    ]
    const work = pathOf(L.lease, L.tour.slice(0, 14))
    expect(recheck({ system: L.lease, properties }, work, "no shift")).toEqual({
      _tag: "Violated",
      detail: "changed by Deliver"
    })
  })

  it("judges witnesses: seen on the path or not", () => {
    expect(recheck(leaseModel, tour, L.isSeen.name)).toEqual({ _tag: "Holds" })
    expect(recheck(leaseModel, pathOf(L.lease, []), L.isSeen.name)).toEqual({
      _tag: "Violated",
      detail: "b holds is not seen"
    })
  })

  it("judges the end only where nothing can happen any more", () => {
    const round = [{ _tag: "Internal" }, { _tag: "Internal" }] as const
    expect(recheck(walkModel, pathOf(W.walk, round), W.endsAtHome.name)).toEqual({ _tag: "Holds" })
    const end = pathOf(W.walk, [...round, { _tag: "Internal", event: { type: "board" } }])
    expect(recheck(walkModel, end, W.endsAtHome.name)).toEqual({ _tag: "Violated", detail: "it is elsewhere" })
  })

  it("judges a lasso by whether its loop is fair and owes", () => {
    const lasso = pathOf(W.walk, [{ _tag: "Internal" }, { _tag: "Internal" }, { _tag: "Internal" }], 1)
    expect(recheck(walkModel, lasso, "arrives (weak)")._tag).toBe("Violated")
    expect(recheck(walkModel, lasso, "arrives (strong)")).toEqual({ _tag: "Holds" })
  })

  it("judges what a search reports when a step throws", () => {
    const make = (isBroken: boolean) =>
      system({
        name: "walk",
        components: [
          component<number>({
            name: "walker",
            start: () => ({ state: 0, effects: [] }),
            step: (state) => {
              if (isBroken && state === 1) throw new Error("a broken step")
              return { state: state + 1, effects: [] }
            },
            internal: (state) => (state < 3 ? [{ type: "go" }] : [])
          })
        ],
        initially: [{ _tag: "Start", component: "walker", input: null }]
      })
    const [violation] = check(make(true), []).violations
    if (violation === undefined) throw new Error("the search found nothing")
    expect(recheck({ system: make(true) }, violation.trace, violation.property)).toEqual({
      _tag: "Violated",
      detail: expect.stringContaining("a broken step")
    })
    expect(recheck({ system: make(false) }, violation.trace, violation.property)).toEqual({ _tag: "Holds" })
  })

  it("says that a trace cannot be walked any more", () => {
    const [first] = tour.steps
    const twice = { ...tour, steps: first === undefined ? [] : [first, first] }
    expect(recheck(leaseModel, twice, L.oneHolder.name)).toEqual({
      _tag: "Diverged",
      detail: expect.stringMatching(/^Step 2 of a trace of lease cannot happen/)
    })
  })

  it("finds the system among several, and refuses names that are not there", () => {
    expect(recheck([walkModel, leaseModel], tour, L.isSeen.name)).toEqual({ _tag: "Holds" })
    expect(() => recheck([walkModel], tour, L.isSeen.name)).toThrow(
      "The trace was recorded of system lease; there is only: walk."
    )
    expect(() => recheck(walkModel, pathOf(W.walk, []), "nope")).toThrow(
      'System walk has no property "nope"; it has: "arrives (weak)", "arrives (strong)", "ends at home".'
    )
  })
})
