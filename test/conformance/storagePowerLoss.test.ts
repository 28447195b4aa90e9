import { assert, describe, it } from "@effect/vitest"
import { FileStorage } from "@tidemark/backends/file"
import {
  backendPowerLoss,
  backendScenarios,
  Fault,
  FaultPlan,
  SimulatedFiles,
  survivePowerLosses
} from "@tidemark/core/testing"
import * as Effect from "effect/Effect"
import {
  copiesInsteadOfLinks,
  type Mutation,
  removesEntriesUnsynced,
  renamesInsteadOfLinks,
  syncsTooEarly,
  withoutSync,
  withoutSyncDirectory
} from "./brokenFiles.ts"
import { utf8, withJob } from "./storageSubjects.ts"

const over = (mutation: Mutation) =>
  survivePowerLosses(backendPowerLoss((files) => FileStorage.at("data/checkpoints", { files: mutation(files) })))

const intact: Mutation = (files) => files

describe("the file backend", () => {
  it.live("B1 B2 B5 survives a power loss before, during and after every operation, whatever is lost", () =>
    Effect.gen(function* () {
      const report = yield* over(intact)
      assert.isAbove(report.operations, 60)
      assert.strictEqual(report.losses, 10 * (2 * report.operations + 1))
    })
  )

  it.live("makes durable the directories that a killed process made and did not sync", () =>
    Effect.gen(function* () {
      const disk = SimulatedFiles.make(
        FaultPlan.on({ operation: "makeDirectory", times: Number.POSITIVE_INFINITY }, Fault.loseSync)
      )
      const storage = FileStorage.at("checkpoints", { files: disk.files })
      yield* withJob(storage, (job) => job.appendEntry(1, utf8("claim")))
      disk.powerLoss("lose-all")
      const reader = yield* FileStorage.at("checkpoints", { files: disk.files }).inspect("job")
      assert.deepStrictEqual(yield* reader.readEntry(1), utf8("claim"))
    })
  )
})

const caught: ReadonlyArray<readonly [name: string, mutation: Mutation, problem: RegExp]> = [
  ["does not sync files", withoutSync, /is damaged: 0 bytes/],
  ["does not sync directories", withoutSyncDirectory, /was answered as durable and is gone/],
  ["syncs the directory before the name is there", syncsTooEarly, /was answered as durable and is gone/],
  ["copies to the final name", copiesInsteadOfLinks, /is damaged: \d+ bytes/],
  ["does not sync the removal of an entry", removesEntriesUnsynced, /entry 2 was deleted and is back/]
]

describe("power losses catch a backend that", () => {
  for (const [name, mutation, problem] of caught) {
    it.live(name, () =>
      Effect.gen(function* () {
        const failure = yield* Effect.flip(over(mutation))
        assert.match(failure.message, /^power loss (before|during|after) /)
        assert.match(failure.message, problem)
      })
    )
  }
})

describe("the scenarios catch a backend that", () => {
  it.live("publishes by rename", () =>
    Effect.gen(function* () {
      const failed: Array<string> = []
      for (const scenario of backendScenarios) {
        const disk = SimulatedFiles.make()
        const connect = () => FileStorage.at("checkpoints", { files: renamesInsteadOfLinks(disk.files) })
        const verdict = yield* Effect.result(scenario.run(connect))
        if (verdict._tag === "Failure") failed.push(scenario.name)
      }
      assert.includeMembers(failed, [
        "B1 an object that exists is not overwritten",
        "B1 an entry reads back as it was written and is never replaced",
        "B3 of appenders at one slot exactly one is told appended, and its entry stands",
        "B3 an older leader that goes on after its successor has opened loses every taken slot"
      ])
    })
  )
})
