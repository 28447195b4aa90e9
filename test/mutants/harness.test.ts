/** How mutants are judged, on a protocol that is small enough to judge them by hand. */
import { describe, expect, it } from "vitest"
import { makeCommandLog } from "./harness/commandLog.ts"
import { graphDigest } from "./harness/graphDigest.ts"
import { runPool } from "./harness/pool.ts"
import { prepare } from "./harness/prepare.ts"
import { disagreements, pairOperator, type Result, ratioOf, scoreOf } from "./harness/Result.ts"
import { runMutant } from "./harness/runMutant.ts"
import { differenceIn } from "./harness/steps.ts"
import { renderKillers, renderScores } from "./harness/table.ts"
import { subject } from "./subjects/relay.ts"

const preparation = prepare({
  ...subject,
  pairs: [
    [
      "sender sending acknowledged #0: guard removed",
      "receiver (any state) sent #0: command doubled action 1 (perform): Acknowledge"
    ]
  ]
})
const { configurations } = preparation
const candidates = preparation.candidates.filter(({ operator }) => operator !== pairOperator)

const results: ReadonlyArray<Result> = candidates.map((candidate) => ({
  name: candidate.name,
  operator: candidate.operator,
  machine: candidate.machine,
  fate: runMutant(candidate, preparation),
  seconds: 0
}))

const named = (tag: Result["fate"]["_tag"]) => results.flatMap(({ name, fate }) => (fate._tag === tag ? [name] : []))

describe("the mutants of a relay", () => {
  it("survivors: what the bounds hide or nobody asks for", () => {
    expect(named("Survived")).toEqual([
      "sender sending entry: command doubled action 0 (perform): Send",
      "sender sending acknowledged #0: target swapped to nowhere",
      "sender sending acknowledged #0: assignment dropped action 0 (advance)",
      "sender sending acknowledged #0: assignment off by one action 0 (advance): next: one less",
      "sender done entry: entry or exit dropped",
      "receiver (any state) sent #0: command dropped action 1 (perform): Acknowledge",
      "receiver (any state) sent #0: command doubled action 1 (perform): Acknowledge",
      "receiver (any state) sent #1: command doubled action 0 (perform): Acknowledge"
    ])
  })

  it("equivalent: timers repeated, and the order in which different receivers are told", () => {
    expect(named("Equivalent")).toEqual([
      "sender sending entry: command doubled action 0 (perform): Arm",
      "sender sending entry: commands reordered action 0 (perform): Send, Arm",
      "sender done entry: command dropped action 0 (perform): Disarm",
      "sender done entry: command dropped action 0 (perform): Disarm 2",
      "sender done entry: command doubled action 0 (perform): Disarm",
      "sender done entry: command doubled action 0 (perform): Disarm 2",
      "sender done entry: commands reordered action 0 (perform): Disarm, Disarm 2",
      "receiver (any state) sent #0: commands reordered action 1 (perform): Show, Acknowledge"
    ])
  })

  it("a kill names the property, the configuration and the length of the counterexample", () => {
    const { fate } = results.find(({ name }) => name === "receiver (any state) sent #0: guard removed") ?? {}
    expect(fate).toEqual({
      _tag: "Killed",
      property: "each number once, in order",
      configuration: "1 messages, 1 losses",
      states: 13,
      length: 6,
      isShortest: false
    })
  })

  it("D1 D2 a mutant that takes the original's steps alike has the original's graph, found by a search", () => {
    let [alike, different] = [0, 0]
    const log = makeCommandLog(subject)
    for (const { name, places, change } of candidates) {
      for (const { configuration, taken, digest } of configurations) {
        const { system } = configuration.model(log.hear(change(subject.machines)))
        const difference = differenceIn(taken.reaching(places), system, log.take)
        const isDifferent = difference === "steps"
        expect(difference, name).toBe(differenceIn(taken.reaching(null), system, log.take))
        const isSameGraph = graphDigest(system, 10_000) === digest()
        if (!isDifferent) expect(isSameGraph, `${name} in ${configuration.name}`).toBe(true)
        if (isDifferent) different++
        else alike++
      }
    }
    expect([alike, different]).toEqual([27, 99])
  })

  it("two mistakes at once are tried like one, and are not counted", () => {
    const pair = preparation.candidates.find(({ operator }) => operator === pairOperator)
    if (pair === undefined) throw new Error("there is no pair")
    const fate = runMutant(pair, preparation)
    expect(fate).toMatchObject({ _tag: "Killed", property: "all is shown", configuration: "2 messages, 1 losses" })
    expect(scoreOf([{ ...pair, fate, seconds: 0 }]).all).toBe(0)
  })

  it("W1 two threads find what one finds", async () => {
    const module = new URL("./subjects/relay.ts", import.meta.url)
    const found = await runPool({ module, workers: 2, isWanted: (name) => name.startsWith("receiver") })
    expect(found.map(({ name, fate }) => ({ name, fate }))).toEqual(
      results.filter(({ name }) => name.startsWith("receiver")).map(({ name, fate }) => ({ name, fate }))
    )
  })
})

describe("the score", () => {
  it("counts the killed among those that are not equivalent", () => {
    const score = scoreOf(results)
    expect(score).toEqual({ all: 42, killed: 26, equivalent: 8, unreached: 0, survived: 8 })
    expect(ratioOf(score)).toBeCloseTo(26 / 34)
  })

  it("is shown by operator and machine, with those who kill", () => {
    expect(renderScores(results)).toContain(
      "guard removed          sender      2       2           0            0         0  100.0 %"
    )
    expect(renderKillers(results)).toMatch(/all is shown +15/)
  })

  it("a survivor that is not listed, a listed one that is killed, and a listed one that does not exist are told", () => {
    const reason = "nobody asks"
    const survivors = named("Survived").map((name) => ({ name, reason }))
    expect(disagreements(results, survivors)).toEqual([])
    const [killed = ""] = named("Killed")
    const listed = [...survivors.slice(1), { name: killed, reason }, { name: "sender of nothing", reason }]
    expect(disagreements(results, listed)).toEqual([
      `Nobody notices "${survivors[0]?.name}": add the property, fault or configuration that does, or list it.`,
      `"${killed}" is listed as a survivor, but it is killed.`,
      '"sender of nothing" is listed, but there is no such mutant.'
    ])
  })
})
