/** Defects of the runtime around the machines, seeded one at a time: each is noticed, by a property that it breaks. */
import { describe, expect, it } from "vitest"
import { check } from "../../packages/checker/src/search/check.ts"
import { promisesOf } from "./configurations/Configuration.ts"
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
    changesForgotten: ["deltaInvalidated", "S27"]
  }

describe("a defect of the runtime around the machines", () => {
  it.each(Object.entries(killers))("%s is noticed", (mutant, [name, ...expected]) => {
    const found = small.find(({ config }) => config.name === name)
    if (found === undefined) throw new Error(`There is no configuration ${name}.`)
    const protocol = protocolSystem({ ...found.config, mutant: mutantOf(mutant) })
    const { violations } = check(protocol.system, promisesOf(protocol, { shows: [], ends: found.ends }))
    const ids = violations.map(({ property }) => property.split(" ")[0])
    expect(ids).toEqual(expected)
  })
})

const mutantOf = (name: string): DesignMutant => {
  const found = Object.keys(killers).find((known): known is DesignMutant => known === name)
  if (found === undefined) throw new Error(`There is no mutant ${name}.`)
  return found
}
