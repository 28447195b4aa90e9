import { MemoryStorage } from "@tidemark/backends/memory"
import { type Trigger as AnyTrigger, Restart, Trigger } from "@tidemark/core"
import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { type JobOptions, resolveOptions } from "../../../packages/core/src/runtime/JobOptions.ts"
import { countJob } from "../../support/countJob.ts"

const { job } = countJob()

const resolved = (changes: { readonly trigger?: AnyTrigger; readonly restart?: JobOptions["restart"] }) => {
  const { restart = Restart.exponential(), ...checkpoint } = changes
  return resolveOptions({ ...job, restart, checkpoint: { storage: MemoryStorage.make(), ...checkpoint } })
}

const settingsOf = (changes: Parameters<typeof resolved>[0]) => Result.getOrThrow(resolved(changes))

const problemsOf = (changes: Parameters<typeof resolved>[0]): ReadonlyArray<string> => {
  const result = resolved(changes)
  return Result.isFailure(result) ? result.failure.problems : []
}

const adaptive = { recoveryTarget: "1 minute", meanTimeBetweenFailures: "1 hour" } as const

describe("triggers", () => {
  it("first: the shortest interval and the smallest count, whichever comes first", () => {
    const trigger = Trigger.first([Trigger.every("5 seconds"), Trigger.count(100), Trigger.every("3 seconds")])
    expect(settingsOf({ trigger }).trigger).toEqual({
      policy: "first",
      intervalMs: 3_000,
      records: 100,
      adaptive: null
    })
  })

  it("first of intervals alone is periodic, of counts alone a count", () => {
    expect(settingsOf({ trigger: Trigger.first([Trigger.every("5 seconds")]) }).checkpointPolicy.trigger).toBe(
      "periodic"
    )
    expect(settingsOf({ trigger: Trigger.first([Trigger.count(7), Trigger.count(5)]) }).trigger).toMatchObject({
      policy: "count",
      records: 5
    })
  })

  it("first with an adaptive interval counts as well", () => {
    const { checkpointPolicy, trigger } = settingsOf({
      trigger: Trigger.first([Trigger.adaptive(adaptive), Trigger.count(1_000)])
    })
    expect(checkpointPolicy.trigger).toBe("first")
    expect(trigger.adaptive).toEqual({
      recoveryTargetMs: 60_000,
      meanTimeBetweenFailuresMs: 3_600_000,
      minMs: 1_000,
      maxMs: null
    })
  })

  it.each<readonly [string, AnyTrigger, RegExp]>([
    ["an empty first", Trigger.first([]), /is the first of no triggers; name at least one/],
    [
      "a nested first",
      // As plain JavaScript may write it.
      JSON.parse(JSON.stringify({ _tag: "First", triggers: [Trigger.first([Trigger.count(1)])] })),
      /has Trigger.first within Trigger.first; put all triggers into one list/
    ],
    [
      "manual within first",
      Trigger.first([Trigger.manual, Trigger.count(1)]),
      /leave it out: whoever asks always gets/
    ],
    ["a count of nothing", Trigger.first([Trigger.count(0)]), /is 0; use a whole number from 1/],
    ["an interval too short", Trigger.first([Trigger.every("9 millis")]), /is every 9 ms; use at least 10 ms/],
    [
      "an adaptive interval beside another one",
      Trigger.first([Trigger.adaptive(adaptive), Trigger.every("1 second")]),
      /has an adaptive interval and another one; bound the adaptive one by its max/
    ],
    [
      "bounds that cross",
      Trigger.adaptive({ ...adaptive, min: "5 seconds", max: "4 seconds" }),
      /max is 4000 ms, less than its min of 5000 ms/
    ],
    [
      "a recovery target within the least interval",
      Trigger.adaptive({ ...adaptive, recoveryTarget: "1 second" }),
      /recoveryTarget is 1000 ms; it must be longer than the min of 1000 ms/
    ],
    [
      "a job that always fails",
      Trigger.adaptive({ ...adaptive, meanTimeBetweenFailures: 0 }),
      /meanTimeBetweenFailures is 0; say how rarely the job fails/
    ]
  ])("refuses %s", (_, trigger, problem) => {
    expect(problemsOf({ trigger })).toEqual([expect.stringMatching(problem)])
  })
})

it("a mode that does not exist is refused, as plain JavaScript may write it", () => {
  const checkpoint = { storage: MemoryStorage.make(), mode: JSON.parse('"at-most-once"') }
  const result = resolveOptions({ ...job, checkpoint })
  expect(Result.isFailure(result) && result.failure.problems).toEqual([
    'Option checkpoint.mode is "at-most-once"; use "exactly-once" or "at-least-once".'
  ])
})

describe("restart policies", () => {
  const policyOf = (restart: JobOptions["restart"]) => {
    const { backoff, delays, restartPolicy } = settingsOf(restart === undefined ? {} : { restart })
    return {
      ...restartPolicy,
      delays: [backoff.initialMs, backoff.maxMs],
      stable: delays.stable,
      forget: delays.forget
    }
  }

  it("none restarts never; fixed delay so many times, and forgets nothing", () => {
    expect(policyOf(Restart.none)).toMatchObject({ restartsMax: 0, forgets: "never" })
    expect(policyOf(Restart.fixedDelay({ delay: "2 seconds", attempts: 3 }))).toMatchObject({
      restartsMax: 3,
      forgets: "never",
      delays: [2_000, 2_000]
    })
  })

  it("failure rate forgets each failure by itself", () => {
    expect(policyOf(Restart.failureRate({ failures: 3, per: "5 minutes", delay: "10 seconds" }))).toMatchObject({
      restartsMax: 3,
      forgets: "each",
      forget: 300_000,
      delays: [10_000, 10_000]
    })
  })

  it("exponential is the default, and its options alone mean the same", () => {
    expect(policyOf(undefined)).toEqual({ restartsMax: null, delays: [1_000, 60_000], stable: 600_000, forget: 0 })
    const options = { initialDelay: "2 seconds", maxRestarts: 4, resetAfter: "1 minute" } as const
    expect(policyOf(Restart.exponential(options))).toEqual(policyOf(options))
    expect(policyOf(options)).toMatchObject({ restartsMax: 4, stable: 60_000 })
  })

  it.each<readonly [string, NonNullable<JobOptions["restart"]>, RegExp]>([
    ["a negative number of attempts", Restart.fixedDelay({ attempts: -1 }), /restart.attempts is -1/],
    ["a rate of no failures", Restart.failureRate({ failures: 0, per: "1 minute" }), /restart.failures is 0/],
    ["a rate within no time", Restart.failureRate({ failures: 1, per: 0 }), /restart.per is 0/],
    ["a delay that shrinks", Restart.exponential({ factor: 0.5 }), /restart.factor is 0.5; use a number from 1 on/],
    ["more chance than delay", Restart.exponential({ jitter: 2 }), /restart.jitter is 2; use a number from 0 to 1/]
  ])("refuses %s", (_, restart, problem) => {
    expect(problemsOf({ restart })).toEqual([expect.stringMatching(problem)])
  })
})
