/** Defects of the runtime around the machines, seeded one at a time: each is noticed, by a property that it breaks. */
import { describe, expect, it } from "vitest"
import { check } from "../../packages/checker/src/search/check.ts"
import { machines } from "../../packages/core/src/protocol/machines.ts"
import { baseMutants } from "../mutants/baseMutants.ts"
import { savepointMutants } from "../mutants/savepointMutants.ts"
import { type Configuration, promisesOf, propertiesOf } from "./configurations/Configuration.ts"
import { checkLively, lively } from "./configurations/lively.ts"
import { small } from "./configurations/small.ts"
import type { DesignMutant } from "./system/Config.ts"
import { protocolSystem } from "./system/protocolSystem.ts"

/** In which configuration a mutant is noticed, and by which properties: any of them may be the first. */
const killers: Readonly<Record<DesignMutant, readonly [configuration: string, ...properties: ReadonlyArray<string>]>> =
  {
    sourceOffsetOffByOne: ["uneven", "S4"],
    restoreWithoutRewind: ["failure", "S4"],
    restoreForgetsCommit: ["failure", "S19"],
    restoreCommitsUnheld: ["crashWhileWriting", "S20"],
    openTransactionsSurviveRestore: ["crashWhileWriting", "S20"],
    transactionNamesReused: ["retention", "S18"],
    notifiedBeforeManifest: ["uneven", "S7"],
    committedAtBarrier: ["retention", "S5"],
    preparedNotInSnapshot: ["failure", "S5"],
    unknownOutcomeDiscards: ["logAmbiguous", "S12"],
    planMissesSubtask: ["uneven", "S3", "S4"],
    blockedChannelIsRead: ["uneven", "S16"],
    invalidationNotSent: ["lostTrigger", "every"],
    idsStartOver: ["crash", "S6"],
    resumesFromOldest: ["damage", "S9"],
    releasedBeforeEntry: ["retention", "S13"],
    witnessAskedOnce: ["damage", "S19"],
    retirementReleasesShared: ["deltas", "S13"],
    entryBeingRemovedDoesNotCount: ["pinned", "S13"],
    sweepForgetsShared: ["deltaCrash", "S13"],
    restoreForgetsShared: ["deltaRestored", "S27"],
    changesForgotten: ["deltaInvalidated", "S27"],
    savepointCommits: ["savepoint", "S31"],
    keptIsForgotten: ["savepointUnknown", "S12"],
    restoreForgetsMode: ["restoredNoClaim", "S9", "S30"],
    drainIsForgotten: ["drainedCrash", "S32"],
    rollbackForgetsSavepoints: ["savepointAfterRecovery", "S18"]
  }

describe("a defect of the runtime around the machines", () => {
  it.each(Object.entries(killers))("%s is noticed", (mutant, [name, ...expected]) => {
    const found = configurationOf(name)
    const protocol = protocolSystem({ ...found.config, mutant: mutantOf(mutant) })
    const { violations } = check(protocol.system, promisesOf(protocol, { shows: [], ends: found.ends }))
    const ids = violations.map(({ property }) => property.split(" ")[0])
    expect(ids).toEqual(expected)
  })
})

/** Mistakes about bases, which the bookkeeping of the machines gives away at once: promises alone notice them, too. */
const ofBases: ReadonlyArray<readonly [start: string, configuration: string, property: string]> = [
  ["M25", "pinned", "S26"],
  ["M26", "pinned", "S26"],
  ["M28", "pinned", "S26"],
  ["M29", "deltaInvalidated", "S26"],
  ["M30", "deltaRestored", "S26"],
  ["M33", "deltaInvalidated", "S13"]
]

describe("a mistake about bases", () => {
  it.each(ofBases)("%s is noticed in %s by %s", (start, name, property) => {
    const mutant = baseMutants.find((one) => one.name.startsWith(`${start} `))
    const protocol = protocolSystem({ ...configurationOf(name).config, ...mutant?.change({ machines }) })
    const { violations } = check(protocol.system, promisesOf(protocol, { shows: [], ends: configurationOf(name).ends }))
    expect(violations.map((violation) => violation.property.split(" ")[0])).toEqual([property])
  })

  it("M27 is noticed in the end", () => {
    const { config, shows } = lively.find((found) => found.config.name === "shared") ?? { config: null, shows: [] }
    const mutant = baseMutants.find((one) => one.name.startsWith("M27 "))
    if (config === null || mutant === undefined) throw new Error("The configuration or the mutant is gone.")
    const { violations } = checkLively({ config: { ...config, ...mutant.change({ machines }) }, shows })
    expect(violations.map(({ property }) => property.split(" ")[0])).toEqual(["L10"])
  })
})

/** Mistakes of the machines about savepoints and stops: those of the runtime are above. */
const ofSavepoints: ReadonlyArray<readonly [start: string, configuration: string, property: string]> = [
  ["M41", "savepointDeltas", "S29"],
  ["M42", "savepointPassed", "S33"],
  ["M43", "savepointDeltas", "S29"],
  ["M45", "drained", "S32"],
  ["M46", "savepoint", "A5"],
  ["M47", "stopRefused", "A16"]
]

describe("a mistake about savepoints", () => {
  it.each(ofSavepoints)("%s is noticed in %s by %s", (start, name, property) => {
    const mutant = savepointMutants.find((one) => one.name.startsWith(`${start} `))
    const found = configurationOf(name)
    const protocol = protocolSystem({ ...found.config, ...mutant?.change({ machines }) })
    const promised = property.startsWith("S") ? promisesOf : propertiesOf
    const { violations } = check(protocol.system, promised(protocol, { shows: [], ends: found.ends }))
    expect(violations.map((violation) => violation.property.split(" ")[0])).toContain(property)
  })
})

const configurationOf = (name: string): Configuration => {
  const found = small.find(({ config }) => config.name === name)
  if (found === undefined) throw new Error(`There is no configuration ${name}.`)
  return found
}

const mutantOf = (name: string): DesignMutant => {
  const found = Object.keys(killers).find((known): known is DesignMutant => known === name)
  if (found === undefined) throw new Error(`There is no mutant ${name}.`)
  return found
}
