import {
  always,
  type Channel,
  check,
  component,
  ModelError,
  type System,
  type SystemSpec,
  sometimes,
  step,
  system
} from "@tidemark/checker"
import { describe, expect, it } from "vitest"
import { NotSymmetric } from "../../../packages/checker/src/symmetry/NotSymmetric.ts"

const names = ["rm0", "rm1", "rm2"]

interface Vote {
  readonly type: string
  readonly from?: string
}

interface Votes {
  readonly votes: ReadonlyArray<unknown>
}

/** Members vote once, each in a channel of its own; the hub keeps the votes as `keep` says. */
const voting = (
  keep: (votes: ReadonlyArray<unknown>, from: string) => ReadonlyArray<unknown>,
  changes: Partial<SystemSpec> = {},
  voteOf: (name: string) => Vote = (from) => ({ type: "vote", from })
): System => {
  const hub = component<Votes, Vote>({
    name: "hub",
    start: () => ({ state: { votes: [] }, effects: [] }),
    step: ({ votes }, { from = "" }) => ({ state: { votes: keep(votes, from) }, effects: [] })
  })
  return system({
    name: "voting",
    components: [hub, ...names.map((name) => voter(name, voteOf))],
    channels: names.map((name): Channel => ({ name: `${name}>hub`, kind: "fifo", from: name, to: "hub" })),
    initially: ["hub", ...names].map((name) => ({ _tag: "Start", component: name, input: null })),
    symmetric: [names],
    ...changes
  })
}

const voter = (name: string, voteOf: (name: string) => Vote) =>
  component<"fresh" | "voted">({
    name,
    start: () => ({ state: "fresh", effects: [] }),
    internal: (state) => (state === "fresh" ? [{ type: "go" }] : []),
    step: () => ({ state: "voted", effects: [{ _tag: "Send", channel: `${name}>hub`, message: voteOf(name) }] })
  })

const ascending = (votes: ReadonlyArray<unknown>, from: string): ReadonlyArray<unknown> => [...votes, from].sort()

const inOrder = (votes: ReadonlyArray<unknown>, from: string): ReadonlyArray<unknown> => [...votes, from]

const records = (votes: ReadonlyArray<unknown>, from: string): ReadonlyArray<unknown> =>
  [...votes.filter(isRecord), { from }].sort((a, b) => (a.from < b.from ? -1 : 1))

interface VoteRecord {
  readonly from: string
}

const isRecord = (value: unknown): value is VoteRecord =>
  typeof value === "object" && value !== null && "from" in value && typeof value.from === "string"

const refusalOf = (of: System, properties: Parameters<typeof check>[1] = []): string => {
  try {
    check(of, properties)
  } catch (cause) {
    if (cause instanceof ModelError) return `${cause.name}: ${cause.message}`
    throw cause
  }
  return "none"
}

describe("symmetric names that are none", () => {
  it("are accepted where the hub keeps a set", () => {
    expect(check(voting(ascending), []).states).toBe(10)
    expect(check(voting(ascending), [], { symmetry: false }).states).toBe(27)
  })

  it("are refused where a step prefers one of them", () => {
    const refusal = refusalOf(voting((votes, from) => (from === "rm1" ? ["spoilt"] : ascending(votes, from))))
    expect(refusal).toMatch(/^NotSymmetric: The symmetric group rm0, rm1, rm2 of voting is none/)
    expect(refusal).toContain("in component hub")
    expect(refusal).toContain('"spoilt"')
  })

  it("are refused where only one of them may act", () => {
    const refusal = refusalOf(
      voting(ascending, {
        components: [
          ...voting(ascending).components.filter(({ name }) => name !== "rm2"),
          { ...voter("rm2", (from) => ({ type: "vote", from })), internal: () => [] }
        ]
      })
    )
    expect(refusal).toMatch(/^NotSymmetric: .*"component":"rm2"/)
    expect(refusal).toContain("may not happen, though its counterpart may")
  })

  it("are refused where the hub keeps them in the order of their coming", () => {
    const refusal = refusalOf(voting(inOrder))
    expect(refusal).toMatch(/^NotSymmetric: .*component hub/)
    expect(refusal).toContain("`rename` of the system")
  })

  it("are accepted in the order of their coming where the system says so", () => {
    const of = voting(inOrder, {
      rename: (value, renaming) => (Array.isArray(value) ? value.map(renaming.value) : undefined)
    })
    expect(check(of, [], { symmetry: false }).states).toBe(38)
    expect(check(of, []).states).toBe(10)
  })

  it("are refused where the hub sorts records by them, unless the system says so", () => {
    expect(refusalOf(voting(records))).toMatch(/^NotSymmetric: .*component hub/)
    const of = voting(records, {
      rename: (value, renaming) =>
        Array.isArray(value) && value.every(isRecord)
          ? value.map(renaming.value).sort((a, b) => (a.from < b.from ? -1 : 1))
          : undefined
    })
    expect(check(of, []).states).toBe(10)
  })

  it("are refused within longer strings, unless the system says so", () => {
    const vote = (name: string): Vote => ({ type: "vote", from: `vote/${name}/1` })
    expect(refusalOf(voting(ascending, {}, vote))).toMatch(/^NotSymmetric: .*channel rm\d>hub/)
    const of = voting(
      ascending,
      {
        rename: (value, { name }) =>
          typeof value === "string" && value.startsWith("vote/") ? value.split("/").map(name).join("/") : undefined
      },
      vote
    )
    expect(check(of, []).states).toBe(10)
  })

  it("are refused where a property is about one of them", () => {
    const of = voting(ascending)
    const isIn = (name: string, votes: Votes | undefined): boolean => votes?.votes.includes(name) === true
    const hub = { name: "hub", start: () => ({ state: { votes: [] } satisfies Votes, effects: [] }) }
    expect(
      refusalOf(of, [sometimes("rm2 alone", (view) => view.of(hub)?.votes.length === 1 && isIn("rm2", view.of(hub)))])
    ).toMatch(/^NotSymmetric: Property "rm2 alone" tells apart/)
    expect(refusalOf(of, [always("no rm0", (view) => !isIn("rm0", view.of(hub)))])).toMatch(/Property "no rm0"/)
    expect(
      refusalOf(of, [
        step(
          "rm0 acts last",
          (_, action, after) => !("component" in action) || action.component !== "rm0" || !isIn("rm1", after.of(hub))
        )
      ])
    ).toMatch(/Property "rm0 acts last"/)
    expect(
      refusalOf(of, [always("all alike", (view) => names.every((name) => isIn(name, view.of(hub)) || true))])
    ).toBe("none")
  })

  it("are refused where a bound is about one of them", () => {
    const bounds: SystemSpec["bounds"] = {
      "rm0 is silent": (view) => view.messages({ name: "rm0>hub" }).length === 0
    }
    expect(refusalOf(voting(ascending, { bounds }))).toMatch(/^NotSymmetric: Bound "rm0 is silent"/)
  })

  it("are refused where one of them has no counterpart of a part", () => {
    const channels = names.slice(1).map((name): Channel => ({ name: `${name}>hub`, kind: "fifo", to: "hub" }))
    expect(refusalOf(voting(ascending, { channels }))).toMatch(
      /^ModelError: The channel "rm1>hub" has no counterpart "rm0>hub", and the names rm0, rm1, rm2 are said/
    )
    const stimuli = [{ name: "poke rm0", times: 1, effects: [] }]
    expect(refusalOf(voting(ascending, { stimuli }))).toMatch(/^ModelError: The stimulus "poke rm0" has no counterpart/)
    const faults = { "rm0>hub.lose": 1 }
    expect(refusalOf(voting(ascending, { faults }))).toMatch(/^ModelError: The fault budget "rm0>hub.lose" has no/)
    expect(refusalOf(voting(ascending, { symmetric: [["rm0", "hub"]] }))).toMatch(/has no counterpart/)
  })

  it("are refused where the parts of two of them differ", () => {
    const channels = names.map(
      (name): Channel => ({ name: `${name}>hub`, kind: name === "rm1" ? "bag" : "fifo", to: "hub" })
    )
    expect(refusalOf(voting(ascending, { channels }))).toMatch(
      /^ModelError: The channels "rm0>hub" and "rm1>hub" differ in kind/
    )
    const crashes = names.map((name) => ({
      name: `host of ${name}`,
      components: name === "rm1" ? [name, "hub"] : [name],
      recover: null
    }))
    expect(refusalOf(voting(ascending, { crashes }))).toMatch(
      /^ModelError: The crash units "host of rm0" and "host of rm1"/
    )
  })

  it("are refused twice in the groups", () => {
    expect(refusalOf(voting(ascending, { symmetric: [names, ["rm0", "rm3"]] }))).toMatch(/^ModelError: "rm0" is twice/)
  })

  it("are refused with symmetry only: without it such a system is checked as it is", () => {
    expect(check(voting(inOrder), [], { symmetry: false }).isComplete).toBe(true)
    expect(() => check(voting(inOrder), [])).toThrow(NotSymmetric)
  })

  it("are accepted with a warning where the initial state tells them apart", () => {
    const of = voting(ascending, {
      initially: ["hub", "rm0"].map((name) => ({ _tag: "Start", component: name, input: null }))
    })
    expect(check(of, []).warnings).toEqual([expect.stringContaining("differ from the beginning, in component rm")])
  })
})
