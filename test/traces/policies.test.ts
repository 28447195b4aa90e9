/** Jobs with other policies than the default, recorded and checked as one behaviour of the whole system. */
import { Job, type JobOptions, Restart, Trigger } from "@tidemark/core"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { countJob, words } from "../support/countJob.ts"
import { checkTrace, describeConformance } from "./checkTrace.ts"
import { TraceRecorder } from "./record.ts"

/** Runs a job to its end; so many of its attempts fail, at another record each time. */
const recorded = async (options: {
  readonly checkpoint: Partial<JobOptions["checkpoint"]>
  readonly restart?: Restart
  readonly failAt?: ReadonlyArray<number>
}) => {
  const recorder = new TraceRecorder()
  let calls = 0
  const { job, storage } = countJob({
    records: words(1_200),
    onRecord: () => {
      calls++
      if (options.failAt?.includes(calls) === true) throw new Error(`call ${calls}`)
    }
  })
  const run: JobOptions = {
    ...job,
    checkpoint: { ...job.checkpoint, ...options.checkpoint },
    ...(options.restart === undefined ? {} : { restart: options.restart }),
    inspect: recorder.inspect
  }
  const report = await Effect.runPromise(Effect.tap(Job.run(run), () => recorder.ended(storage, "word-count")))
  const verdict = checkTrace(run, recorder.trace, { failures: options.failAt?.length ?? 0 })
  expect(verdict.conforms, describeConformance(verdict, recorder.trace)).toBe(true)
  const steps = recorder.trace.flatMap((line) => (line._tag === "Step" ? [line.event.type] : []))
  return { report, count: (type: string) => steps.filter((step) => step === type).length }
}

describe("the trace of a run is a behaviour of the system", () => {
  it("with barriers that are tracked, several at a time, over failures", async () => {
    const { count, report } = await recorded({
      checkpoint: { mode: "at-least-once", trigger: Trigger.count(100), maxConcurrent: 3 },
      failAt: [500, 1_100]
    })
    expect(report.restarts).toBe(2)
    expect(count("manifest.recorded")).toBeGreaterThan(2)
  })

  it("with clock, count and an interval that adapts", async () => {
    const adaptive = Trigger.adaptive({
      ...{ recoveryTarget: "10 seconds", meanTimeBetweenFailures: "1 second" },
      ...{ min: "10 millis", max: "50 millis" }
    })
    const { count } = await recorded({ checkpoint: { trigger: Trigger.first([adaptive, Trigger.count(300)]) } })
    expect(count("count.reached")).toBeGreaterThan(0)
    expect(count("manifest.recorded")).toBeGreaterThan(1)
  })

  it("with failures that are forgotten one by one", async () => {
    const { report } = await recorded({
      checkpoint: { trigger: Trigger.count(100) },
      restart: Restart.failureRate({ failures: 1, per: "1 millis", delay: "10 millis" }),
      failAt: [300, 700, 1_100]
    })
    expect(report.restarts).toBe(3)
  })
})
