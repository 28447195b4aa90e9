/**
 * What the mode changes, step by step the same in both: a slow channel has batches before its barrier, a fast one sends
 * records right behind its own; once the checkpoint stands, the job fails and restores it.
 */
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Aggregate, type Inspector, Job, Pipeline, Trigger, Window } from "@tidemark/core"
import type { Polled, Source } from "@tidemark/core/connector"
import { Effect, Schema } from "effect"
import { describe, expect, it } from "vitest"
import { type Word, Word as WordSchema } from "../../support/countJob.ts"
import { until } from "../../support/until.ts"

/** Event times of the two splits: two windows, so that what each split has counted for is seen apart. */
const windowMs = 1_000_000
const fastRecords = Array.from({ length: 10 }, (_, i): Word => ({ word: "one", at: windowMs + i }))
const slowRecords = Array.from({ length: 200 }, (_, i): Word => ({ word: "one", at: i }))

/** Split `fast` answers all its records at once, but not before it may; `slow` one with every poll. */
const twoSpeeds = (mayBeFast: () => boolean): Source<Word> => ({
  description: "two speeds",
  schema: WordSchema,
  isBounded: true,
  isTimeOrdered: false,
  discover: Effect.succeed([
    { id: "fast", spec: null },
    { id: "slow", spec: null }
  ]),
  validate: () => Effect.void,
  open: ({ wake }) =>
    Effect.sync(() => {
      const open = new Map<string, number>()
      const answer = (split: string, values: ReadonlyArray<Word>, position: number): Polled<Word> => {
        open.set(split, position)
        return { _tag: "Records", split, values, position, skipped: 0 }
      }
      return {
        assign: ({ id }, position) => open.set(id, position === null ? 0 : Number(position)),
        poll: (): Polled<Word> => {
          for (const [split, position] of open) {
            const all = split === "fast" ? fastRecords : slowRecords
            if (position === all.length) {
              open.delete(split)
              return { _tag: "SplitFinished", split }
            }
            if (split === "slow") return answer(split, all.slice(position, position + 1), position + 1)
            if (mayBeFast()) return answer(split, all, all.length)
            setImmediate(wake)
            return { _tag: "Pending" }
          }
          return { _tag: "Exhausted" }
        }
      }
    })
})

const Shown = Schema.Struct({ start: Schema.Number, count: Schema.Number })

const run = (mode: "exactly-once" | "at-least-once") => {
  let mayBeFast = false
  let mustFail = false
  const sink = Collection.sink({ schema: Shown })
  const inspect: Inspector = (inspection) => {
    if (inspection._tag === "BarrierSent" && inspection.channel.startsWith("words#0")) mayBeFast = true
    if (inspection._tag === "Step" && inspection.event.type === "manifest.recorded") mustFail = true
  }
  const job = Pipeline.make("speeds")
    .from(
      "words",
      twoSpeeds(() => mayBeFast)
    )
    .eventTime((word) => word.at)
    .filter(
      () => {
        if (!mustFail) return true
        mustFail = false
        throw new Error("once, after the checkpoint")
      },
      { uid: "watch" }
    )
    .keyBy("word")
    .window(Window.tumbling(windowMs))
    .aggregate("counts", { count: Aggregate.count })
    .map(({ value, window }) => ({ start: window.start, count: value.count }), { schema: Shown })
    .to("shown", sink)
  return Effect.gen(function* () {
    const handle = yield* Job.start({
      pipeline: job,
      parallelism: 2,
      checkpoint: { mode, trigger: Trigger.manual, storage: MemoryStorage.make() },
      restart: { initialDelay: "1 millis" },
      inspect
    })
    yield* until(() => handle.report().recordsIn >= 20)
    yield* handle.triggerCheckpoint
    const report = yield* handle.await
    const counts = Object.fromEntries(sink.records().map(({ count, start }) => [start, count]))
    return { report, slow: counts[0], fast: counts[windowMs] }
  }).pipe(Effect.scoped, Effect.runPromise)
}

describe("records that come behind a barrier before the other channel's barrier has come", () => {
  it("count once with exactly-once: their channel waits", async () => {
    const { fast, report, slow } = await run("exactly-once")
    expect({ fast, slow, restarts: report.restarts, mode: report.checkpoints.mode }).toEqual({
      fast: 10,
      slow: 200,
      restarts: 1,
      mode: "exactly-once"
    })
  })

  it("count twice with at-least-once after a restore: they are in the snapshot, and come again", async () => {
    const { fast, report, slow } = await run("at-least-once")
    expect({ fast, slow, restarts: report.restarts, mode: report.checkpoints.mode }).toEqual({
      fast: 20,
      slow: 200,
      restarts: 1,
      mode: "at-least-once"
    })
  })
})
