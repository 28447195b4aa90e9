/** What follows a failure: what a user writes, and what the job makes of it. */
import type { Duration } from "effect"
import type { RestartPolicy } from "../protocol/policy.ts"
import type { Backoff } from "./backoff.ts"
import type { OptionReader } from "./optionReader.ts"

/** Exponential delay with jitter between attempts. */
export interface RestartOptions {
  /** 1 second if left out. */
  readonly initialDelay?: Duration.Input
  /** 1 minute if left out. */
  readonly maxDelay?: Duration.Input
  /** What the delay grows by with every failure in a row; 2 if left out. */
  readonly factor?: number
  /** The part of every delay that is left to chance, so that jobs which failed together do not return together; 0.1. */
  readonly jitter?: number
  /** Running for so long without a failure forgets the earlier ones; 10 minutes if left out. */
  readonly resetAfter?: Duration.Input
  /** Restarts in a row before the job fails; no limit if left out. */
  readonly maxRestarts?: number
}

export interface FixedDelayOptions {
  /** 1 second if left out. */
  readonly delay?: Duration.Input
  /** Restarts in the life of the process before the job fails. */
  readonly attempts: number
}

export interface FailureRateOptions {
  /** Failures within the time that are made good; one more ends the job. */
  readonly failures: number
  readonly per: Duration.Input
  /** 1 second if left out. */
  readonly delay?: Duration.Input
}

/**
 * What follows a failure. Under every policy a failure that another attempt cannot help, and the same record failing
 * three times running, end the job.
 */
export type Restart =
  | RestartOptions
  | { readonly _tag: "None" }
  | ({ readonly _tag: "FixedDelay" } & FixedDelayOptions)
  | ({ readonly _tag: "FailureRate" } & FailureRateOptions)

const none: Restart = { _tag: "None" }

export const Restart = {
  /** The first failure ends the job; it can be resumed. */
  none,
  /** So many restarts, each after the same delay. */
  fixedDelay: (options: FixedDelayOptions): Restart => ({ _tag: "FixedDelay", ...options }),
  /** Delays that grow with every failure in a row; the default. The options alone mean the same. */
  exponential: (options: RestartOptions = {}): Restart => options,
  /** As long as there are no more failures within a time; each is forgotten when it is older. */
  failureRate: (options: FailureRateOptions): Restart => ({ _tag: "FailureRate", ...options })
}

export interface ResolvedRestart {
  readonly policy: RestartPolicy
  readonly backoff: Backoff
  /** Milliseconds. */
  readonly stableMs: number
  readonly forgetMs: number
}

const restartsMax = 1_000_000
const stableDefault = "10 minutes"

export const resolveRestart = (restart: Restart, read: OptionReader): ResolvedRestart => {
  if (!("_tag" in restart)) return exponential(restart, read)
  const fixed = (delay: Duration.Input = "1 second") => constant(read.millis("restart.delay", delay))
  const stableMs = read.millis("restart.resetAfter", stableDefault)
  switch (restart._tag) {
    case "None":
      return { policy: { restartsMax: 0, forgets: "never" }, backoff: constant(0), stableMs, forgetMs: 0 }
    case "FixedDelay": {
      const attempts = read.whole("restart.attempts", restart.attempts, 0, restartsMax)
      const policy: RestartPolicy = { restartsMax: attempts, forgets: "never" }
      return { policy, backoff: fixed(restart.delay), stableMs, forgetMs: 0 }
    }
    case "FailureRate": {
      const failures = read.whole("restart.failures", restart.failures, 1, restartsMax)
      const policy: RestartPolicy = { restartsMax: failures, forgets: "each" }
      const forgetMs = read.millis("restart.per", restart.per)
      if (forgetMs === 0) read.problems.push("Option restart.per is 0; say within which time failures are counted.")
      return { policy, backoff: fixed(restart.delay), stableMs, forgetMs }
    }
  }
}

const constant = (delayMs: number): Backoff => ({ initialMs: delayMs, maxMs: delayMs, factor: 1, jitter: 0 })

const exponential = (options: RestartOptions, read: OptionReader): ResolvedRestart => {
  const { factor = 2, jitter = 0.1, maxRestarts } = options
  if (!(factor >= 1)) read.problems.push(`Option restart.factor is ${factor}; use a number from 1 on.`)
  if (!(jitter >= 0 && jitter <= 1)) read.problems.push(`Option restart.jitter is ${jitter}; use a number from 0 to 1.`)
  return {
    policy: {
      restartsMax: maxRestarts === undefined ? null : read.whole("restart.maxRestarts", maxRestarts, 0, restartsMax)
    },
    backoff: {
      initialMs: read.millis("restart.initialDelay", options.initialDelay ?? "1 second"),
      maxMs: read.millis("restart.maxDelay", options.maxDelay ?? "1 minute"),
      factor,
      jitter
    },
    stableMs: read.millis("restart.resetAfter", options.resetAfter ?? stableDefault),
    forgetMs: 0
  }
}
