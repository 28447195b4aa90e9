import { describe, expect, it } from "vitest"
import type { SlotDocument, StateDocument } from "../../../packages/checker/src/explorer/documents.ts"
import type { Client } from "../../../packages/checker/src/explorer/page/client.ts"
import { correct, mutant, searched, serve } from "./served.ts"

const { client } = await serve("checkout")
const rings = await serve("ring")

/** The state after actions with these texts. */
const walked = async (system: string, texts: ReadonlyArray<string>, by: Client = client): Promise<StateDocument> => {
  let state = await by.state(system, [])
  for (const text of texts) {
    const action = state.actions.find((candidate) => candidate.text === text)
    if (action === undefined) throw new Error(`No "${text}" among ${state.actions.map((other) => other.text)}`)
    state = await by.state(system, [...state.path, action.index])
  }
  return state
}

const chartOf = ({ components }: StateDocument, name: string) =>
  components.find((component) => component.name === name)?.charts[0]

const slotOf = ({ slots }: StateDocument, name: string): SlotDocument | undefined =>
  slots.find((slot) => slot.name === name)

const charge = "bank receives charge from requests"

describe("the explorer's API", () => {
  it("lists the systems of the module with their properties and machines", async () => {
    const { systems } = await client.systems()
    expect(systems.map(({ name }) => name)).toEqual([correct, mutant])
    expect(systems[0]?.properties).toEqual([
      { name: "nobody is charged twice", kind: "always" },
      { name: "an answer is lost after the charge", kind: "sometimes" },
      { name: "who orders gets it", kind: "leadsTo" }
    ])
    expect(systems[0]?.machines.map(({ id }) => id)).toEqual(["shop", "bank"])
    expect(systems[0]?.machines[0]?.root.children.map(({ isInitial, key }) => ({ isInitial, key }))).toEqual([
      { isInitial: true, key: "waiting" },
      { isInitial: false, key: "delivered" }
    ])
    const waiting = systems[0]?.machines[0]?.root.children[0]
    expect(waiting?.transitions).toEqual([
      { id: "shop.waiting#0", label: "paid", targets: ["shop.delivered"] },
      { id: "shop.waiting#1", label: "timer.fired", targets: ["shop.waiting"] }
    ])
    expect(systems[0]?.machines[1]?.root.children[0]?.transitions.map(({ label }) => label)).toEqual([
      "charge [isNew]",
      "charge"
    ])
  })

  it("begins in the initial state, with its actions in words and its faults marked", async () => {
    const state = await client.state(correct, [])
    expect(state.actions).toEqual([
      { index: 0, text: "timer patience of shop fires", flavour: "timer", returnsTo: null },
      { index: 1, text: charge, flavour: "message", returnsTo: null },
      { index: 2, text: "requests loses charge", flavour: "fault", returnsTo: null }
    ])
    expect(state).toMatchObject({ path: [], steps: [], returnsTo: null, failure: null, cutOffBy: null })
    expect(chartOf(state, "shop")).toMatchObject({ active: ["shop", "shop.waiting"], taken: [], left: [] })
    expect(slotOf(state, "requests")).toMatchObject({ kind: "channel", value: [{ type: "charge" }], hasChanged: false })
    expect(slotOf(state, "shop")).toMatchObject({ kind: "timers", value: ["patience"] })
    expect(slotOf(state, "lose")).toMatchObject({ kind: "budget", value: 1 })
  })

  it("marks what the last step changed, and the transition that it took", async () => {
    const charged = await walked(correct, [charge])
    expect(slotOf(charged, "requests")).toMatchObject({ value: [], hasChanged: true, before: [{ type: "charge" }] })
    expect(slotOf(charged, "lose")).toMatchObject({ hasChanged: false, before: null })
    expect(chartOf(charged, "bank")).toMatchObject({
      taken: ["bank.open#0"],
      context: [{ key: "charges", value: 1, hasChanged: true }]
    })
    expect(chartOf(charged, "shop")).toMatchObject({ taken: [], left: [] })
    const delivered = await walked(correct, [charge, "shop receives paid from answers"])
    expect(chartOf(delivered, "shop")).toMatchObject({
      active: ["shop", "shop.delivered"],
      taken: ["shop.waiting#0"],
      left: ["shop.waiting"]
    })
    expect(slotOf(delivered, "shop")).toMatchObject({ kind: "timers", value: [], before: ["patience"] })
  })

  it("says what a state means to each property", async () => {
    const statuses = ({ properties }: StateDocument) => properties.map(({ status }) => status)
    expect(statuses(await walked(mutant, []))).toEqual(["holds", "silent", "waiting"])
    expect(statuses(await walked(mutant, [charge, "answers loses paid"]))).toEqual(["holds", "seen", "waiting"])
    expect(statuses(await walked(mutant, [charge, "shop receives paid from answers"]))).toEqual([
      "holds",
      "silent",
      "holds"
    ])
    const twice = await walked(mutant, ["timer patience of shop fires", charge, charge])
    expect(twice.properties[0]).toMatchObject({ status: "violated", detail: "2 charges" })
  })

  it("says where a path comes back to a state that it has been in", async () => {
    const there = await walked("ring", ["walker does run", "walker does run"], rings.client)
    expect(there.returnsTo).toBeNull()
    expect(there.actions).toEqual([{ index: 0, text: "walker does run", flavour: "internal", returnsTo: 0 }])
    expect((await rings.client.state("ring", [0, 0, 0])).returnsTo).toBe(0)
  })

  it("shows what a crashed component keeps, which step throws, and where a search would stop", async () => {
    const asked = await walked("fragile", ["fragile does ask"], rings.client)
    expect(asked).toMatchObject({ cutOffBy: "asked at most once", components: [{ state: { asked: 1 } }] })
    expect(asked.failure).toContain("cannot count to two")
    const crashed = await walked("fragile", ["host crashes"], rings.client)
    expect(crashed.components).toMatchObject([{ isDown: true, hasChanged: true, state: 0 }])
    expect(slotOf(crashed, "host")).toMatchObject({ kind: "unit", value: { isDown: true }, hasChanged: true })
    expect(crashed.actions).toMatchObject([{ text: "host comes back", flavour: "recovery" }])
  })

  it("refuses a path that leads nowhere, and says how far it can be walked", async () => {
    await expect(client.state(correct, [1, 9, 0])).rejects.toMatchObject({ status: 404, validPath: [1] })
    await expect(client.state(correct, [-1])).rejects.toMatchObject({ status: 400 })
    await expect(client.state("no such", [])).rejects.toMatchObject({
      status: 404,
      message: `There is no system "no such"; there are: ${correct}, ${mutant}.`
    })
  })
})

describe("a search that the page starts", () => {
  it("finds the mutant's counterexample as a path that can be walked, and says what was concluded", async () => {
    expect(await client.search(mutant)).toMatchObject({ status: "none", result: null })
    const { edges, result, states, status } = await searched(client, mutant)
    expect({ status, isComplete: result?.isComplete }).toEqual({ status: "done", isComplete: true })
    expect(states).toBeGreaterThan(50)
    expect(edges).toBeGreaterThan(states)
    expect(result?.conclusions).toEqual(["violated", "seen", "holds"])
    const [violation] = result?.violations ?? []
    expect(violation).toMatchObject({ property: "nobody is charged twice", detail: "2 charges", loopsTo: null })
    const end = await client.state(mutant, violation?.path ?? [])
    expect(end.properties[0]?.status).toBe("violated")
    const before = await client.state(mutant, violation?.path.slice(0, -1) ?? [])
    expect(before.properties[0]?.status).toBe("holds")
    const witness = result?.witnesses[0]
    expect((await client.state(mutant, witness?.path ?? [])).properties[1]?.status).toBe("seen")
  })

  it("finds a lasso whose path comes back to where its loop begins", async () => {
    const { result } = await searched(rings.client, "ring")
    const [lasso] = result?.violations ?? []
    expect(lasso?.property).toBe("it arrives")
    expect(lasso?.loopsTo).not.toBeNull()
    expect((await rings.client.state("ring", lasso?.path ?? [])).returnsTo).toBe(lasso?.loopsTo)
  })

  it("says why it cannot be done", async () => {
    const { problem, status } = await searched(rings.client, "symmetric")
    expect({ status, problem }).toEqual({ status: "failed", problem: expect.stringContaining("symmetry: false") })
  })

  it("leaves the server free to answer, and ends with it", async () => {
    expect(await rings.client.startSearch("large")).toMatchObject({ status: "running" })
    expect((await rings.client.state("large", [0, 1, 2, 3])).steps).toHaveLength(4)
    expect(await rings.client.search("large")).toMatchObject({ status: "running" })
  })
})
