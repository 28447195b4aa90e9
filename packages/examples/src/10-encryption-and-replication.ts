/**
 * 10 Encryption and replication: checkpoints in three directories, encrypted; one of them is deleted, one is damaged.
 *
 * Teaches: how storages are put over one another. `ReplicatedStorage` keeps every checkpoint in several stores and goes on
 *   with a majority; `Encrypted` makes them unreadable without the key, and lets the key be changed.
 * Guarantees: exactly once, over the loss of one store of three at a time; nothing of the records in the files.
 * Run: node --conditions=tidemark-source packages/examples/src/10-encryption-and-replication.ts
 * Expect (and a word about each repair):
 *   first run    fails after its second checkpoint
 *   lost         directory a is deleted
 *   second run   resumes with b and c, and a new key
 *   result       20 sensors, 20,000 readings, each counted exactly once
 *   without key  refused: it was encrypted with key "k1"; the keys at hand are k3
 */
import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Encrypted, type EncryptionKeys } from "@tidemark/backends/encrypted"
import { FileStorage } from "@tidemark/backends/file"
import { ReplicatedStorage } from "@tidemark/backends/replicated"
import { Collection } from "@tidemark/connectors/collection"
import { type Inspection, Job, Pipeline, Restart, Trigger } from "@tidemark/core"
import { Schema } from "effect"

const Reading = Schema.Struct({ sensor: Schema.String, count: Schema.Int })
type Reading = typeof Reading.Type

const readings: ReadonlyArray<Reading> = Array.from({ length: 20_000 }, (_, index) => ({
  sensor: `secret-sensor-${index % 20}`,
  count: 1
}))

const directory = mkdtempSync(join(tmpdir(), "tidemark-example-"))
const stores = ["a", "b", "c"].map((name) => join(directory, name))
const storage = (keys: EncryptionKeys) =>
  Encrypted.over(ReplicatedStorage.make({ stores: stores.map((store) => FileStorage.at(store)) }), { keys })

// In earnest keys come from a secret store: `openssl rand -hex 32`.
const k1 = "1f".repeat(32)
const k2 = "2e".repeat(32)

const sink = Collection.sink({ schema: Reading })
const run = (keys: EncryptionKeys, isBroken: boolean) => {
  let completed = 0
  const twoCheckpoints = Promise.withResolvers<void>()
  const inspect = (fact: Inspection): void => {
    if (fact._tag === "ActivityEnded" && fact.activity === "manifest" && ++completed === 2) twoCheckpoints.resolve()
  }
  let seen = 0
  const archive = async (reading: Reading): Promise<Reading> => {
    if (isBroken && ++seen === 10_000) {
      await twoCheckpoints.promise
      throw new Error("the power is gone")
    }
    return reading
  }
  const pipeline = Pipeline.make("readings")
    .from("readings", Collection.source({ schema: Reading, records: readings }))
    .mapAsync("archive", archive, { schema: Reading })
    .keyBy("sensor")
    .reduce("counts", (before, { sensor }) => ({ sensor, count: before.count + 1 }))
    .to("told", sink)
  return Job.runPromise({
    pipeline,
    checkpoint: { storage: storage(keys), trigger: Trigger.every("10 millis") },
    restart: Restart.none,
    inspect
  })
}

try {
  await assert.rejects(run({ current: "k1", keys: { k1 } }, true), /the power is gone/)
  console.log("first run    fails after its second checkpoint")

  rmSync(join(directory, "a"), { recursive: true })
  console.log("lost         directory a is deleted")

  // The new key is for what is written from now on; the old one stays for what stands.
  const report = await run({ current: "k2", keys: { k1, k2 } }, false)
  assert.ok(report.restored !== null, "the second run goes on from a checkpoint")
  console.log("second run   resumes with b and c, and a new key")

  // Every sensor counts from 1 to 1,000 without a gap or a repetition.
  const bySensor = Map.groupBy(sink.records(), ({ sensor }) => sensor)
  for (const counts of bySensor.values()) {
    assert.deepEqual(
      counts.map(({ count }) => count),
      Array.from({ length: 1_000 }, (_, index) => index + 1)
    )
  }
  const total = sink.records().length.toLocaleString("en-US")
  console.log(`result       ${bySensor.size} sensors, ${total} readings, each counted exactly once`)

  for (const file of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue
    const text = readFileSync(join(file.parentPath, file.name), "latin1")
    assert.ok(!text.includes("secret-sensor"), `${file.name} tells a sensor`)
  }
  await assert.rejects(run({ current: "k3", keys: { k3: "3d".repeat(32) } }, false), (failure: unknown) => {
    const [, why] = /\((it was encrypted .*?)\)/.exec(String(failure)) ?? []
    console.log(`without key  refused: ${why}`)
    return why !== undefined
  })
} finally {
  rmSync(directory, { recursive: true, force: true })
}
