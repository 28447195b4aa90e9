/** Triggers of a running job, in virtual time: nothing happens but what the test lets happen. */
import { it } from "@effect/vitest"
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { type Inspection, Job, Pipeline, Trigger } from "@tidemark/core"
import type { Polled, Source } from "@tidemark/core/connector"
import { type Duration, Effect, Schema } from "effect"
import { TestClock } from "effect/testing"
import { describe, expect } from "vitest"
import { hookedStorage } from "../../support/hookedStorage.ts"

/** The snapshots of a job that are on their way. */
const snapshots = () => {
  let running = 0
  let waiting = 0
  return {
    inspect: (inspection: Inspection) => {
      if (inspection._tag === "ActivityStarted" && inspection.activity === "persist") running++
      if (inspection._tag === "ActivityEnded" && inspection.activity === "persist") running--
    },
    /** Waits in virtual time. */
    sleep: (time: Duration.Input) =>
      Effect.acquireUseRelease(
        Effect.sync(() => waiting++),
        () => Effect.sleep(time),
        () => Effect.sync(() => waiting--)
      ),
    /** They go on without the test: compression takes threads, and as long as the machine needs. */
    goOn: () => running > waiting
  }
}

/** Waits until the job has done whatever it can: so many turns of the event loop without a snapshot that goes on. */
const settle = (goOn: () => boolean) =>
  Effect.promise(async () => {
    for (let turn = 0; turn < 200; turn = goOn() ? 0 : turn + 1) await new Promise((resolve) => setImmediate(resolve))
  })

const numbers = () => {
  let found = 0
  let wakeReader = () => {}
  const source: Source<number> = {
    description: "numbers of a test",
    schema: Schema.Number,
    isBounded: false,
    isTimeOrdered: true,
    discover: Effect.succeed([{ id: "all", spec: null }]),
    validate: () => Effect.void,
    open: ({ wake }) =>
      Effect.sync(() => {
        wakeReader = wake
        return {
          assign: () => {},
          poll: (): Polled<number> => {
            if (found === 0) return { _tag: "Pending" }
            const values = Array.from({ length: found }, (_, i) => i)
            found = 0
            return { _tag: "Records", split: "all", values, position: 0, skipped: 0 }
          }
        }
      })
  }
  const put = (records: number): void => {
    found += records
    wakeReader()
  }
  return { put, source }
}

/** Every snapshot takes so long to write. */
const started = (trigger: Trigger, writeTakes: "0 millis" | "100 millis" = "0 millis") =>
  Effect.gen(function* () {
    const { put, source } = numbers()
    const { goOn, inspect, sleep } = snapshots()
    const job = yield* Job.start({
      pipeline: Pipeline.make("triggered")
        .from("numbers", source)
        .to("out", Collection.sink({ schema: Schema.Number })),
      inspect,
      checkpoint: {
        trigger,
        storage: hookedStorage(MemoryStorage.make(), {
          createObject: (_, write) => (writeTakes === "0 millis" ? write : Effect.andThen(sleep(writeTakes), write))
        })
      }
    })
    yield* settle(goOn)
    const { report } = job
    return {
      put: (records: number) =>
        Effect.suspend(() => {
          put(records)
          return settle(goOn)
        }),
      pass: (time: Duration.Input) => Effect.andThen(TestClock.adjust(time), settle(goOn)),
      completed: () => report().checkpoints.completed,
      report
    }
  })

describe("Trigger.first", () => {
  it.effect("goes by the clock where few records come, and by the count where many do", () =>
    Effect.gen(function* () {
      const { completed, pass, put } = yield* started(Trigger.first([Trigger.every("1 minute"), Trigger.count(100)]))
      yield* put(99)
      expect(completed()).toBe(0)
      yield* put(1)
      expect(completed()).toBe(1)
      yield* put(99)
      yield* pass("1 minute")
      expect(completed()).toBe(2)
    })
  )

  it.effect("begins the interval anew with the count, and the count with the interval", () =>
    Effect.gen(function* () {
      const { completed, pass, put, report } = yield* started(
        Trigger.first([Trigger.every("1 minute"), Trigger.count(100)])
      )
      yield* pass("50 seconds")
      yield* put(100)
      expect([completed(), report().nextTriggerAt]).toEqual([1, 110_000])
      yield* pass("59 seconds")
      expect(completed()).toBe(1)
      yield* put(99)
      yield* pass("1 second")
      expect(completed()).toBe(2)
      yield* put(99)
      expect(completed()).toBe(2)
      yield* put(1)
      expect(completed()).toBe(3)
    })
  )
})

describe("Trigger.adaptive", () => {
  const options = { recoveryTarget: "1 minute", meanTimeBetweenFailures: "1 hour", min: "1 second" } as const

  it.effect(
    "measures the first checkpoint after the least interval, and goes on at the interval that follows from it",
    () =>
      Effect.gen(function* () {
        const { completed, pass, report } = yield* started(Trigger.adaptive(options), "100 millis")
        const interval = () => report().checkpoints.interval
        expect(interval()).toMatchObject({ rule: "unmeasured", intervalMs: 1_000 })
        yield* pass("1 second")
        yield* pass("100 millis")
        const chosen = Math.sqrt(2 * 100 * 3_600_000)
        expect(completed()).toBe(1)
        expect(interval()).toMatchObject({
          rule: "youngDaly",
          checkpointMs: 100,
          intervalMs: chosen,
          meetsTarget: true
        })
        expect(report().nextTriggerAt).toBeCloseTo(1_100 + chosen)
        yield* pass("26 seconds")
        expect(completed()).toBe(1)
        yield* pass("1 second")
        yield* pass("100 millis")
        expect(completed()).toBe(2)
      })
  )

  it.effect("is held by the recovery target", () =>
    Effect.gen(function* () {
      const { pass, report } = yield* started(
        Trigger.adaptive({ ...options, recoveryTarget: "5 seconds" }),
        "100 millis"
      )
      yield* pass("1 second")
      yield* pass("100 millis")
      expect(report().checkpoints.interval).toMatchObject({ rule: "recoveryTarget", intervalMs: 4_900 })
    })
  )

  it.effect("without it the report has no interval", () =>
    Effect.gen(function* () {
      const { report } = yield* started(Trigger.every("1 minute"))
      expect(report().checkpoints.interval).toBeNull()
    })
  )
})
