/** Jobs whose plan is no line: several sources, several sinks, side outputs. */
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Job, Pipeline, SideOutput, Trigger } from "@tidemark/core"
import { Effect, Schema } from "effect"
import { describe, expect, it } from "vitest"
import { graphJob } from "../../support/graphJob.ts"
import { pacedSource } from "../../support/pacedSource.ts"
import { seededNumbers } from "../../support/seededNumbers.ts"
import { until } from "../../support/until.ts"

describe("a job with a union and a side output whose functions fail now and then", () => {
  for (const [seed, parallelism] of [
    [1, 1],
    [2, 2],
    [3, 3]
  ] as const) {
    it(`S1 S2 shows every record exactly once, on time or late, at parallelism ${parallelism}`, async () => {
      const random = seededNumbers(seed)
      const failAt = Array.from({ length: 4 }, () => Math.floor(random() * 4_000))
      let seen = 0
      const { expectShown, job } = graphJob({
        records: 1_500,
        onRecord: () => {
          seen++
          if (failAt.includes(seen)) throw new Error(`the ${seen}th call fails`)
        }
      })
      const report = await Job.runPromise({ ...job, parallelism })
      expect(expectShown()).toBeGreaterThan(0)
      expect(report).toMatchObject({ outcome: "finished", position: { records: 3_000 } })
      expect(report.restarts).toBeGreaterThan(0)
      expect(report.checkpoints.completed).toBeGreaterThan(0)
    })
  }

  it("S1 goes on exactly once after stops, at other parallelisms and with interpreted chains", async () => {
    const { expectShown, job } = graphJob({ records: 4_000 })
    const outcomes: Array<string | null> = []
    for (const parallelism of [1, 3, 2, 1]) {
      const isLast = outcomes.length === 3
      const run = Effect.gen(function* () {
        const handle = yield* Job.start({
          ...job,
          parallelism,
          chains: parallelism === 3 ? "interpreted" : "generated"
        })
        if (!isLast) {
          yield* until(() => handle.report().recordsIn > 300)
          yield* handle.stop()
        }
        return yield* handle.await
      })
      outcomes.push((await Effect.runPromise(Effect.scoped(run))).outcome)
    }
    expect(outcomes).toEqual(["stopped", "stopped", "stopped", "finished"])
    expect(expectShown()).toBeGreaterThan(0)
  })

  it("goes on from what a line with one source and one sink has left", async () => {
    const { expectShown, job, line } = graphJob({ records: 1_500 })
    const stopped = Effect.gen(function* () {
      const handle = yield* Job.start(line)
      yield* until(() => handle.report().recordsIn > 600)
      yield* handle.stop()
      return yield* handle.await
    })
    expect((await Effect.runPromise(Effect.scoped(stopped))).outcome).toBe("stopped")
    const report = await Job.runPromise(job)
    expect(report.sources.web?.recordsIn).toBeLessThan(1_000)
    expect(report.sources.shop?.recordsIn).toBe(1_500)
    expect(expectShown()).toBeGreaterThan(0)
  })

  it("reports each source and each sink, and counts late records that went to the side output", async () => {
    const { expectShown, job } = graphJob({ records: 500 })
    const report = await Job.runPromise(job)
    const late = expectShown()
    expect(report.sources).toEqual({
      web: { recordsIn: 500, skippedRecords: 0 },
      shop: { recordsIn: 500, skippedRecords: 0 }
    })
    expect(report.sinks["late-shown"]).toEqual({ recordsOut: late })
    expect(report.recordsOut).toBe((report.sinks.shown?.recordsOut ?? 0) + late)
    expect(report.lateByOperator).toEqual({ counts: late })
  })
})

describe("a process function with side outputs", () => {
  const odd = SideOutput.make("odd", Schema.Int)
  const odder = SideOutput.make("odder", Schema.Int)
  const unwanted = SideOutput.make("unwanted", Schema.String)
  const numbers = Array.from({ length: 3_000 }, (_, i) => i)

  it("emits to each of them, also to one behind another, and what is ignored is gone", async () => {
    const evens = Collection.sink({ schema: Schema.Int })
    const odds = Collection.sink({ schema: Schema.Int })
    const threes = Collection.sink({ schema: Schema.Int })
    const keyOf = (n: number): number => n % 7
    const pipeline = Pipeline.make("parts")
      .from("numbers", Collection.source({ schema: Schema.Int, records: numbers }))
      .keyBy(keyOf, Schema.Int)
      .process("parity", {
        schema: Schema.Int,
        sides: [odd, unwanted],
        onElement: (n, { emit }) => {
          if (n % 2 === 0) emit(n)
          else emit.side(odd, n)
          emit.side(unwanted, String(n))
        }
      })
      .to("evens", evens)
      .side(odd, (stream) =>
        stream
          .keyBy(keyOf, Schema.Int)
          .process("thirds", {
            schema: Schema.Int,
            sides: [odder],
            onElement: (n, { emit }) => (n % 3 === 0 ? emit.side(odder, n) : emit(n))
          })
          .to("odds", odds)
          .side(odder, (inner) => inner.map((n) => n / 3, { schema: Schema.Int }).to("threes", threes))
      )
      .side(unwanted, SideOutput.ignore)
    await Job.runPromise({ pipeline, parallelism: 3, checkpoint: { storage: MemoryStorage.make() } })
    const sorted = (of: ReadonlyArray<number>) => [...of].sort((a, b) => a - b)
    expect(sorted(evens.records())).toEqual(numbers.filter((n) => n % 2 === 0))
    expect(sorted(odds.records())).toEqual(numbers.filter((n) => n % 2 === 1 && n % 3 !== 0))
    expect(sorted(threes.records())).toEqual(numbers.filter((n) => n % 2 === 1 && n % 3 === 0).map((n) => n / 3))
  })
})

describe("options of a job with several sources and sinks", () => {
  const late = SideOutput.make("late", Schema.Int)
  const source = (isEndless: boolean) =>
    pacedSource({ schema: Schema.Int, records: [1], splits: 1, perPoll: 1, isEndless })
  const pipeline = Pipeline.make("several")
    .from("ends", source(false))
    .union("all", (from) => from("endless", source(true)))
    .keyBy((n) => n, Schema.Int)
    .process("split", { schema: Schema.Int, sides: [late], onElement: (n, { emit }) => emit.side(late, n) })
    .to("first", Collection.sink({ schema: Schema.Int }))
    .side(late, (stream) => stream.to("second", Collection.sink({ schema: Schema.Int })))

  it("are refused where any sink waits for a checkpoint and any source never ends", async () => {
    const checkpoint = { storage: MemoryStorage.make(), trigger: Trigger.manual }
    await expect(Job.runPromise({ pipeline, checkpoint })).rejects.toMatchObject({
      problems: ["first", "second"].map(
        (sink) =>
          `Sink "${sink}" shows output only after a checkpoint and source "endless" never ends: choose a trigger.`
      )
    })
  })

  it("are refused where any sink stays in one thread and there are to be several", async () => {
    const module = { url: import.meta.url, args: null }
    const checkpoint = { storage: MemoryStorage.make() }
    await expect(Job.runPromise({ pipeline, checkpoint, module, parallelism: 2, threads: 2 })).rejects.toMatchObject({
      problems: [expect.stringMatching(/^Sink "first" /), expect.stringMatching(/^Sink "second" /)]
    })
    expect(Job.defaultThreads({ pipeline, module, parallelism: 2 })).toBe(0)
  })
})
