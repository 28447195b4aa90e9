/** When checkpoints are taken: what a user writes, and what the coordinator makes of it. */
import type { Duration } from "effect"
import type { CheckpointPolicy } from "../protocol/policy.ts"
import type { AdaptivePolicy } from "./chooseInterval.ts"
import type { OptionReader } from "./optionReader.ts"

/** When checkpoints are taken. A final one follows the end of the input whatever the trigger. */
export type Trigger = SingleTrigger | { readonly _tag: "First"; readonly triggers: ReadonlyArray<SingleTrigger> }

/** One rule for when a checkpoint is due; `Trigger.first` combines several. */
export type SingleTrigger =
  | { readonly _tag: "Every"; readonly interval: Duration.Input }
  | { readonly _tag: "Count"; readonly records: number }
  | ({ readonly _tag: "Adaptive" } & AdaptiveOptions)
  | { readonly _tag: "Manual" }

export interface AdaptiveOptions {
  /** After a failure the job shall stand where it stood within this time: its restore and the replay of one interval. */
  readonly recoveryTarget: Duration.Input
  /** How often a failure is to be expected, on average. */
  readonly meanTimeBetweenFailures: Duration.Input
  /** 1 second if left out. */
  readonly min?: Duration.Input
  /** No other bound than the recovery target if left out. */
  readonly max?: Duration.Input
}

const manual: SingleTrigger = { _tag: "Manual" }

export const Trigger = {
  /** At a fixed interval: the next trigger is due one interval after the last. */
  every: (interval: Duration.Input): SingleTrigger => ({ _tag: "Every", interval }),
  /** After the sources have emitted so many records since the last trigger; batch-granular. */
  count: (records: number): SingleTrigger => ({ _tag: "Count", records }),
  /** Whichever of them comes first; with it all of them begin anew. */
  first: (triggers: ReadonlyArray<SingleTrigger>): Trigger => ({ _tag: "First", triggers }),
  /**
   * At the interval that loses least time to checkpoints and to the replay after failures, `sqrt(2 C M)` for checkpoints
   * that cost C and failures every M (Young 1974, Daly 2006). C is measured; the recovery target bounds the interval.
   */
  adaptive: (options: AdaptiveOptions): SingleTrigger => ({ _tag: "Adaptive", ...options }),
  /** Only when asked for. */
  manual
}

export interface ResolvedTrigger {
  readonly policy: CheckpointPolicy["trigger"]
  /** Milliseconds; the first interval of an adaptive trigger; 0 without one. */
  readonly intervalMs: number
  /** Records from trigger to trigger; infinite without such a trigger. */
  readonly records: number
  readonly adaptive: AdaptivePolicy | null
}

const option = "checkpoint.trigger"
const intervalMinMs = 10

export const resolveTrigger = (trigger: Trigger, read: OptionReader): ResolvedTrigger => {
  const triggers = trigger._tag === "First" ? singlesOf(trigger.triggers, read) : [trigger]
  const intervals = triggers.flatMap((single) => (single._tag === "Every" ? [intervalOf(single.interval, read)] : []))
  const counts = triggers.flatMap((single) =>
    single._tag === "Count" ? [read.whole(option, single.records, 1, Number.MAX_SAFE_INTEGER)] : []
  )
  const adaptives = triggers.flatMap((single) => (single._tag === "Adaptive" ? [adaptiveOf(single, read)] : []))
  if (adaptives.length > 1 || (adaptives.length === 1 && intervals.length > 0)) {
    read.problems.push(`Option ${option} has an adaptive interval and another one; bound the adaptive one by its max.`)
  }
  const [adaptive = null] = adaptives
  const hasInterval = adaptive !== null || intervals.length > 0
  return {
    policy: hasInterval ? (counts.length > 0 ? "first" : "periodic") : counts.length > 0 ? "count" : "manual",
    intervalMs: adaptive?.minMs ?? (intervals.length > 0 ? Math.min(...intervals) : 0),
    records: Math.min(...counts, Number.POSITIVE_INFINITY),
    adaptive
  }
}

/** Types forbid a nested one; a job in plain JavaScript may hold it all the same. */
const singlesOf = (triggers: ReadonlyArray<Trigger>, read: OptionReader): ReadonlyArray<SingleTrigger> => {
  if (triggers.length === 0) {
    read.problems.push(`Option ${option} is the first of no triggers; name at least one, or use Trigger.manual.`)
  }
  return triggers.flatMap((trigger) => {
    if (trigger._tag === "First") {
      read.problems.push(`Option ${option} has Trigger.first within Trigger.first; put all triggers into one list.`)
      return []
    }
    if (trigger._tag === "Manual") {
      read.problems.push(
        `Option ${option} has Trigger.manual within Trigger.first; leave it out: whoever asks always gets a checkpoint.`
      )
    }
    return [trigger]
  })
}

const intervalOf = (interval: Duration.Input, read: OptionReader): number => {
  const before = read.problems.length
  const millis = read.millis(option, interval)
  if (read.problems.length === before && millis < intervalMinMs) {
    read.problems.push(`Option ${option} is every ${millis} ms; use at least ${intervalMinMs} ms.`)
  }
  return millis
}

const adaptiveOf = (options: AdaptiveOptions, read: OptionReader): AdaptivePolicy => {
  const before = read.problems.length
  const policy: AdaptivePolicy = {
    recoveryTargetMs: read.millis(`${option}.recoveryTarget`, options.recoveryTarget),
    meanTimeBetweenFailuresMs: read.millis(`${option}.meanTimeBetweenFailures`, options.meanTimeBetweenFailures),
    minMs: read.millis(`${option}.min`, options.min ?? "1 second"),
    maxMs: options.max === undefined ? null : read.millis(`${option}.max`, options.max)
  }
  if (read.problems.length > before) return policy
  const { maxMs, meanTimeBetweenFailuresMs, minMs, recoveryTargetMs } = policy
  const problems = [
    ...(minMs < intervalMinMs ? [`${option}.min is ${minMs} ms; use at least ${intervalMinMs} ms.`] : []),
    ...(maxMs !== null && maxMs < minMs ? [`${option}.max is ${maxMs} ms, less than its min of ${minMs} ms.`] : []),
    ...(recoveryTargetMs <= minMs
      ? [`${option}.recoveryTarget is ${recoveryTargetMs} ms; it must be longer than the min of ${minMs} ms.`]
      : []),
    ...(meanTimeBetweenFailuresMs === 0
      ? [`${option}.meanTimeBetweenFailures is 0; say how rarely the job fails.`]
      : [])
  ]
  read.problems.push(...problems.map((problem) => `Option ${problem}`))
  return policy
}
