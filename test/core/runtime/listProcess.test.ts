import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Job, type JobOptions, Pipeline, State, Trigger } from "@tidemark/core"
import { Effect, Schema } from "effect"
import { describe, expect, it } from "vitest"
import { Word, words } from "../../support/countJob.ts"
import { pacedSource } from "../../support/pacedSource.ts"
import { until } from "../../support/until.ts"

const Group = Schema.Struct({ times: Schema.Array(Schema.Number) })

/** Gathers words by sevens, whatever they are, and tells the rest at the end. */
const groupJob = (onElement: () => void) => {
  const records = words(5_000)
  const sink = Collection.sink({ schema: Group })
  const pipeline = Pipeline.make("groups")
    .from("words", pacedSource({ schema: Word, records, splits: 4, perPoll: 20 }))
    .process("group", {
      schema: Group,
      lists: { waiting: State.operatorList("waiting", Word) },
      onElement: (word, { emit, lists: { waiting } }) => {
        onElement()
        waiting.add(word)
        if (waiting.get().length < 7) return
        emit({ times: waiting.get().map(({ at }) => at) })
        waiting.clear()
      },
      onEnd: ({ emit, lists: { waiting } }) => {
        if (waiting.get().length > 0) emit({ times: waiting.get().map(({ at }) => at) })
        waiting.clear()
      }
    })
    .to("groups-shown", sink)
  const job: JobOptions = {
    pipeline,
    checkpoint: { storage: MemoryStorage.make(), trigger: Trigger.every("10 millis") },
    restart: { initialDelay: "1 millis", maxDelay: "5 millis" }
  }
  const expected = records.map(({ at }) => at)
  const shown = () =>
    sink
      .records()
      .flatMap(({ times }) => times)
      .sort((a, b) => a - b)
  return { job, expected, shown }
}

describe("lists of an operator", () => {
  it("S1 S2 hold every record once, whatever fails, and are dealt out anew at another parallelism", async () => {
    let calls = 0
    // At uneven distances: a record that fails three times running would end the job.
    const failing = new Set([1_700, 3_500, 5_100, 6_800, 7_900])
    const { expected, job, shown } = groupJob(() => {
      calls++
      if (failing.has(calls)) throw new Error(`call ${calls} fails`)
    })
    const outcomes: Array<string | null> = []
    let restarts = 0
    for (const parallelism of [1, 3, 2]) {
      const isLast = outcomes.length === 2
      const run = Effect.gen(function* () {
        const handle = yield* Job.start({ ...job, parallelism })
        if (!isLast) {
          yield* until(() => handle.report().recordsIn > 600)
          yield* handle.stop()
        }
        return yield* handle.await
      })
      const report = await Effect.runPromise(Effect.scoped(run))
      outcomes.push(report.outcome)
      restarts += report.restarts
    }
    expect(outcomes).toEqual(["stopped", "stopped", "finished"])
    expect(restarts).toBeGreaterThan(0)
    expect(shown()).toEqual(expected)
  })

  it("an operator with lists may not go from a pipeline that a checkpoint holds it of", async () => {
    const { job } = groupJob(() => {})
    await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const handle = yield* Job.start(job)
          yield* until(() => handle.report().recordsIn > 600)
          yield* handle.stop()
          yield* handle.await
        })
      )
    )
    const without = Pipeline.make("groups")
      .from("words", pacedSource({ schema: Word, records: words(5_000), splits: 4, perPoll: 20 }))
      .map(({ at }) => ({ times: [at] }), { schema: Group })
      .to("groups-shown", Collection.sink({ schema: Group }))
    await expect(Job.runPromise({ ...job, pipeline: without })).rejects.toThrow(
      /Operator "group" \(process\) is in the checkpoint but no longer in the pipeline/
    )
  })
})
