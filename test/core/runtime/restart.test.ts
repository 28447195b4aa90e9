import { Job, type JobOptions, Restart, Trigger } from "@tidemark/core"
import { Effect, Result } from "effect"
import { describe, expect, it } from "vitest"
import { countJob, shownCounts, words } from "../../support/countJob.ts"
import { until } from "../../support/until.ts"

const run = (job: JobOptions) => Effect.runPromise(Effect.result(Job.run(job)))

describe("rule 9: restarts", () => {
  it("the same record failing three times running ends the job, with operator, place, record and cause", async () => {
    let failures = 0
    const { job } = countJob({
      onRecord: ({ at }) => {
        if (at === 7_770) {
          failures++
          throw new Error("cannot bear 7770")
        }
      }
    })
    const result = await run(job)
    const message = Result.isFailure(result) ? result.failure.message : "did not fail"
    expect(failures).toBe(3)
    expect(message).toMatch(/Job "word-count" failed: Operator "watch" \(subtask \d\) threw at split split-1/)
    expect(message).toContain("cannot bear 7770")
    expect(message).toMatch(/Record: .*7770/)
  })

  it("a job that failed for a record resumes once the function is mended", async () => {
    let isBroken = true
    const { expected, job, sink } = countJob({
      onRecord: ({ at }) => {
        if (isBroken && at === 19_000) throw new Error("broken")
      }
    })
    const counted = { ...job, checkpoint: { ...job.checkpoint, trigger: Trigger.count(100) } }
    expect(Result.isFailure(await run(counted))).toBe(true)
    isBroken = false
    const report = await Job.runPromise(counted)
    expect(report.restored).not.toBeNull()
    expect(shownCounts(sink.records())).toEqual(expected)
  })

  it("so many restarts in a row as the user allows, and no more", async () => {
    let calls = 0
    const { job } = countJob({
      onRecord: () => {
        calls++
        if (calls > 100) throw new Error(`call ${calls}`)
      }
    })
    const result = await run({ ...job, restart: { ...job.restart, maxRestarts: 2 } })
    expect(Result.isFailure(result) && result.failure.message).toMatch(/call 10\d/)
    // One call of either subtask in each of three attempts.
    expect(calls).toBeGreaterThanOrEqual(103)
    expect(calls).toBeLessThanOrEqual(106)
  })

  it("running long enough forgets earlier failures", async () => {
    let calls = 0
    const { expected, job, sink } = countJob({
      records: words(4_000),
      onRecord: () => {
        calls++
        if (calls % 1_100 === 0) throw new Error(`call ${calls}`)
      }
    })
    const report = await Job.runPromise({
      ...job,
      // Between two failures there is progress: the same record does not fail again and again.
      checkpoint: { ...job.checkpoint, trigger: Trigger.count(200) },
      restart: { ...job.restart, maxRestarts: 1, resetAfter: "1 millis" }
    })
    expect(report.restarts).toBeGreaterThan(1)
    expect(shownCounts(sink.records())).toEqual(expected)
  })

  it("T_recovery is measured for every recovery", async () => {
    let calls = 0
    const { job } = countJob({
      onRecord: () => {
        calls++
        if (calls === 1_000) throw new Error("once")
      }
    })
    const report = await Job.runPromise({ ...job, restart: { initialDelay: "20 millis" } })
    expect(report.recoveries).toHaveLength(1)
    expect(report.recoveries[0]?.recoveryMs).toBeGreaterThanOrEqual(18)
    expect(report.recoveries[0]?.cause).toContain("once")
  })
})

describe("an orderly stop", () => {
  it("rule 10: takes one more checkpoint, shows its output, and can be resumed", async () => {
    const { expected, job, sink } = countJob({ records: words(20_000) })
    const stopped = await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const handle = yield* Job.start({ ...job, checkpoint: { ...job.checkpoint, trigger: Trigger.manual } })
          yield* until(() => handle.report().recordsIn > 3_000)
          yield* handle.stop()
          return yield* handle.await
        })
      )
    )
    expect(stopped.outcome).toBe("stopped")
    expect(stopped.checkpoints.history.map(({ kind }) => kind)).toEqual(["stop"])
    expect(sink.records().length).toBeGreaterThan(0)
    const report = await Job.runPromise(job)
    expect(report.recordsIn).toBe(20_000 - stopped.position.records)
    expect(shownCounts(sink.records())).toEqual(expected)
  })

  it("asked a second time it stops at once, and can still be resumed", async () => {
    const { expected, job, sink } = countJob({ records: words(20_000) })
    const stopped = await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const handle = yield* Job.start({ ...job, checkpoint: { ...job.checkpoint, trigger: Trigger.manual } })
          yield* until(() => handle.report().recordsIn > 3_000)
          yield* Effect.andThen(handle.stop(), handle.stop())
          return yield* handle.await
        })
      )
    )
    expect(stopped).toMatchObject({ outcome: "stopped", checkpoints: { completed: 0 } })
    expect((await Job.runPromise(job)).outcome).toBe("finished")
    expect(shownCounts(sink.records())).toEqual(expected)
  })

  it("a failure while it stops does not start the job anew", async () => {
    let isStopping = false
    const { job } = countJob({
      records: words(20_000),
      onRecord: () => {
        if (isStopping) throw new Error("fails while it stops")
      }
    })
    const stopped = await Effect.runPromise(
      Effect.scoped(
        Effect.gen(function* () {
          const handle = yield* Job.start(job)
          yield* until(() => handle.report().checkpoints.completed > 0)
          isStopping = true
          yield* until(() => handle.report().restarts > 0)
          yield* handle.stop()
          return yield* Effect.exit(handle.await)
        })
      )
    )
    expect(stopped._tag).toBe("Success")
  })
})

describe("options that cannot work", () => {
  it("are all refused at once, each by name", async () => {
    const { job } = countJob()
    const result = await run({
      ...job,
      parallelism: 0,
      stopTimeout: Number.POSITIVE_INFINITY,
      checkpoint: { ...job.checkpoint, retained: 0, maxConcurrent: 1.5, trigger: Trigger.every("1 millis") }
    })
    const message = Result.isFailure(result) ? result.failure.message : ""
    for (const name of [
      "parallelism",
      "stopTimeout",
      "checkpoint.retained",
      "checkpoint.maxConcurrent",
      "every 1 ms"
    ]) {
      expect(message).toContain(name)
    }
  })

  it("a two-phase sink behind an endless source needs a trigger (rule 7)", async () => {
    const { job } = countJob({ isEndless: true })
    const result = await run({ ...job, checkpoint: { ...job.checkpoint, trigger: Trigger.manual } })
    expect(Result.isFailure(result) && result.failure.message).toMatch(
      /Sink "shown" shows output only after a checkpoint/
    )
  })
})

describe("restart policies at work", () => {
  /** Fails at every so many-th call. */
  const failing = (every: number) => {
    let calls = 0
    return countJob({
      records: words(3_000),
      onRecord: () => {
        calls++
        if (calls % every === 0) throw new Error(`call ${calls}`)
      }
    })
  }

  it("none: the first failure ends the job, and it can be resumed", async () => {
    const { expected, job, sink } = failing(2_000)
    const counted = { ...job, checkpoint: { ...job.checkpoint, trigger: Trigger.count(100) } }
    const result = await run({ ...counted, restart: Restart.none })
    expect(Result.isFailure(result) && result.failure.message).toContain("call 2000")
    const report = await Job.runPromise({ ...counted, restart: Restart.none })
    expect(report.restarts).toBe(0)
    expect(shownCounts(sink.records())).toEqual(expected)
  })

  /** The failures of a job that begins from the start each time, at another record each time. */
  const failuresUnder = async (restart: Restart): Promise<number> => {
    let failures = 0
    let calls = 0
    const { job } = countJob({
      onRecord: () => {
        calls++
        if (calls < 100 * (failures + 1)) return
        failures++
        calls = 0
        throw new Error(`failure ${failures}`)
      }
    })
    const result = await run({
      ...job,
      parallelism: 1,
      restart,
      checkpoint: { ...job.checkpoint, trigger: Trigger.manual }
    })
    expect(Result.isFailure(result) && result.failure.message).toContain(`failure ${failures}`)
    return failures
  }

  it("fixed delay: so many restarts and no more", async () => {
    expect(await failuresUnder(Restart.fixedDelay({ delay: "1 millis", attempts: 3 }))).toBe(4)
  })

  it("failure rate: more failures within the time than are allowed end the job", async () => {
    expect(await failuresUnder(Restart.failureRate({ failures: 4, per: "1 hour", delay: "1 millis" }))).toBe(5)
  })

  it("failure rate: any number of failures, if each is forgotten before the next", async () => {
    const { expected, job, sink } = failing(400)
    const counted = { ...job, checkpoint: { ...job.checkpoint, trigger: Trigger.count(50) } }
    const restart = Restart.failureRate({ failures: 1, per: "1 millis", delay: "10 millis" })
    const report = await Job.runPromise({ ...counted, restart })
    expect(report.restarts).toBeGreaterThan(2)
    expect(shownCounts(sink.records())).toEqual(expected)
  })
})
