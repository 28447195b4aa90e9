import { Aggregate, Metrics, Pipeline, Window } from "@tidemark/core"
import { TestPipeline } from "@tidemark/core/testing"
import { Effect, Metric, Schema } from "effect"
import { expect, it } from "vitest"
import { neverRead } from "../../support/neverRead.ts"

const Hit = Schema.Struct({ page: Schema.Int, at: Schema.Int })

const hits = Pipeline.make('the "hits"\\job')
  .from("hits", neverRead(Hit))
  .eventTime((hit) => hit.at)
  .keyBy("page")
  .window(Window.tumbling("1 minute"))
  .aggregate("pages", { hits: Aggregate.count })

/** The value of a sample, by the beginning of its line. */
const sampleOf = (text: string, sample: string): number | null => {
  const line = text
    .split("\n")
    .find((candidate) => candidate.startsWith(`tidemark_${sample}`) && !candidate.startsWith("#"))
  return line === undefined ? null : Number(line.slice(line.lastIndexOf(" ") + 1))
}

const job = 'job="the \\"hits\\"\\\\job"'

it("the metrics of a job tell what has happened, in the text format of Prometheus", () =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const test = yield* TestPipeline.make(hits, { parallelism: 2, now: 100_000 })
        yield* test.push(Array.from({ length: 40 }, (_, page) => ({ page, at: 1_000 })))
        yield* test.watermark(60_000)
        yield* test.push([
          { page: 1, at: 5 },
          { page: 1, at: 70_000 }
        ])
        yield* test.checkpoint
        yield* test.advanceTime("30 seconds")
        const text = Metrics.text(test.handle.metrics())
        for (const line of text.trimEnd().split("\n")) {
          expect(line).toMatch(
            /^(# (HELP|TYPE) [a-z_]+ .+|tidemark_[a-z_]+\{([a-z_]+="(\\.|[^"\\])*",?)+\} -?([\d.e+-]+|NaN|\+Inf))$/
          )
        }
        expect(sampleOf(text, `records_in_total{${job},operator="hits"}`)).toBe(43)
        expect(sampleOf(text, `records_out_total{${job},operator="output"}`)).toBe(40)
        expect(sampleOf(text, `records_late_total{${job},operator="pages"}`)).toBe(1)
        expect(sampleOf(text, `checkpoints_total{${job},outcome="completed",reason=""}`)).toBe(1)
        expect(sampleOf(text, `checkpoint_duration_seconds_count{${job}}`)).toBe(1)
        expect(sampleOf(text, "checkpoint_last_age_seconds")).toBe(30)
        expect(sampleOf(text, "checkpoint_reliability_ratio")).toBe(1)
        expect(sampleOf(text, `watermark_timestamp_seconds{${job},task="hits",subtask="0"}`)).toBe(69.999)
        expect(sampleOf(text, `watermark_lag_seconds{${job},task="hits",subtask="0"}`)).toBeCloseTo(60.001)
        expect(sampleOf(text, `state_entries{${job},operator="pages"`)).toBe(1)
        expect(sampleOf(text, "state_memory_bytes")).toBeGreaterThan(0)
        expect(sampleOf(text, "process_resident_memory_bytes")).toBeGreaterThan(1_000_000)
        const sent = sampleOf(text, `task_records_sent_total{${job},task="hits",subtask="0"}`)
        expect(sent).toBe(42)
        expect(test.report().memory.states).toMatchObject([{ operator: "pages", entries: 1 }])
      })
    )
  ))

it("publishes them as metrics of Effect", () =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const test = yield* TestPipeline.make(hits)
        yield* test.push([{ page: 1, at: 5 }])
        yield* Metrics.publish(test.handle.metrics())
        const known = yield* Metric.snapshot
        expect(known.find(({ id }) => id === "tidemark_records_in_total")).toMatchObject({
          ...{ type: "Gauge", attributes: { operator: "hits" }, state: { value: 1 } }
        })
      })
    ).pipe(Effect.provideService(Metric.MetricRegistry, new Map()))
  ))
