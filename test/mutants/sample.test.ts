/** A sample of the protocol's mutants, on the smallest configurations: `npm run mutants` tries all of them on all. */
import { describe, expect, it } from "vitest"
import { baseMutants } from "./baseMutants.ts"
import type { Variant } from "./DesignedMutant.ts"
import { designDisagreements, designedMutants } from "./design.ts"
import { prepare } from "./harness/prepare.ts"
import { type Result, scoreOf } from "./harness/Result.ts"
import { runMutant } from "./harness/runMutant.ts"
import type { Candidate } from "./harness/Subject.ts"
import { modeMutants } from "./modeMutants.ts"
import { savepointMutants } from "./savepointMutants.ts"
import { subject } from "./subjects/protocol.ts"

const names = [
  "alignedWriting",
  "ending",
  "storeFailsOpen",
  "unheard in the end",
  "threeInputs",
  "repeatedNews",
  "repeatedAcknowledgement"
]

const preparation = prepare({
  ...subject,
  pairs: [],
  configurations: subject.configurations.filter(({ name }) => names.includes(name))
})

const tried = (candidates: ReadonlyArray<Candidate<Variant>>): ReadonlyArray<Result> =>
  candidates.map((candidate) => ({ ...candidate, fate: runMutant(candidate, preparation), seconds: 0 }))

/** Forty of them, drawn by a linear congruential generator (Numerical Recipes) from a fixed seed. */
const drawn = <A>(all: ReadonlyArray<A>): ReadonlyArray<A> => {
  const left = [...all]
  let seed = 2026
  return Array.from({ length: 40 }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return left.splice(seed % left.length, 1)
  }).flat()
}

const mechanical = preparation.candidates.filter(({ operator }) => operator !== "design")
const elsewhere = [...baseMutants, ...modeMutants, ...savepointMutants]

/** Without those about bases and modes: `test/model/` tries them in configurations that have them. */
const designed = preparation.candidates.filter(
  ({ name, operator }) => operator === "design" && !elsewhere.some((mutant) => mutant.name === name)
)

describe("mutants of the protocol", () => {
  it("the configurations of the sample are there", () => {
    expect(preparation.configurations.map(({ configuration }) => configuration.name).sort()).toEqual(names.toSorted())
  })

  it("forty mechanical ones: as many as ever are noticed", () => {
    const results = tried(drawn(mechanical))
    expect(scoreOf(results)).toMatchInlineSnapshot(`
      {
        "all": 40,
        "equivalent": 22,
        "killed": 15,
        "survived": 3,
        "unreached": 14,
      }
    `)
  })

  it("those that people thought of are noticed by the properties that are meant for them", () => {
    const results = tried(designed)
    const killed = results.filter(({ fate }) => fate._tag === "Killed")
    expect(designDisagreements(killed)).toEqual([])
    expect(killed.map(({ name }) => name.split(" ")[0])).toMatchInlineSnapshot(`
      [
        "M2",
        "M3",
        "M6",
        "M8",
        "M9",
        "M10",
        "M11",
        "M12",
        "M17",
        "M19",
        "M20",
      ]
    `)
    expect(designed).toHaveLength(designedMutants.length - elsewhere.length)
  })
})
