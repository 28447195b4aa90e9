/**
 * Chooses the interval of an adaptive trigger.
 *
 * I1 Of all intervals t the one that loses least: C / t to checkpoints and t / 2M to replay gives t = sqrt(2 C M).
 * I2 What a failure costs at most, the last recovery, the checkpoint that did not complete and one interval of replay,
 *    stays within the recovery target, as far as `min` allows.
 * I3 The interval lies between `min` and `max`; where they disagree with I2, `min` wins, and it is said.
 * Source: Young 1974; Daly 2006.
 */

/** Milliseconds. */
export interface AdaptivePolicy {
  readonly recoveryTargetMs: number
  readonly meanTimeBetweenFailuresMs: number
  readonly minMs: number
  readonly maxMs: number | null
}

/** What was measured so far, milliseconds; null before the first. */
export interface MeasuredCosts {
  /** From trigger to the manifest in the log, averaged. */
  readonly checkpointMs: number | null
  /** From a failure, or the start, until records could flow. */
  readonly recoveryMs: number | null
}

/** What decided: the least loss (I1), a bound (I2, I3), or nothing yet. */
export type IntervalRule = "unmeasured" | "youngDaly" | "recoveryTarget" | "min" | "max"

export interface ChosenInterval extends MeasuredCosts {
  readonly intervalMs: number
  readonly rule: IntervalRule
  /** What I1 says, whatever the bounds; null while nothing is measured. */
  readonly youngDalyMs: number | null
  /** Whether a failure is made good within the recovery target, as far as is known. */
  readonly meetsTarget: boolean
}

export const chooseInterval = (policy: AdaptivePolicy, measured: MeasuredCosts): ChosenInterval => {
  const { checkpointMs, recoveryMs } = measured
  const { maxMs, meanTimeBetweenFailuresMs, minMs, recoveryTargetMs } = policy
  const allowedMs = recoveryTargetMs - (recoveryMs ?? 0) - (checkpointMs ?? 0)
  const meetsTarget = allowedMs >= minMs
  if (checkpointMs === null) {
    // The sooner the first checkpoint, the sooner its cost is known.
    return { ...measured, intervalMs: minMs, rule: "unmeasured", youngDalyMs: null, meetsTarget }
  }
  const youngDalyMs = Math.sqrt(2 * checkpointMs * meanTimeBetweenFailuresMs)
  const candidates: ReadonlyArray<readonly [IntervalRule, number]> = [
    ["youngDaly", youngDalyMs],
    ["recoveryTarget", allowedMs],
    ...(maxMs === null ? [] : [["max", maxMs] as const])
  ]
  const [rule, leastMs] = candidates.reduce((least, next) => (next[1] < least[1] ? next : least))
  return leastMs < minMs
    ? { ...measured, intervalMs: minMs, rule: "min", youngDalyMs, meetsTarget }
    : { ...measured, intervalMs: leastMs, rule, youngDalyMs, meetsTarget }
}
