import { type AdaptivePolicy, type ChosenInterval, chooseInterval } from "./chooseInterval.ts"

/** The weight of the newest measurement in the moving average. */
const newestWeight = 0.3

/** Smaller changes count from the next interval on. */
const changeMin = 0.1

/** Measures what checkpoints and recoveries cost, and keeps the interval that follows from it. */
export class AdaptiveInterval {
  readonly #policy: AdaptivePolicy
  #chosen: ChosenInterval
  /** The interval when it was last begun anew for a change. */
  #announcedMs: number

  constructor(policy: AdaptivePolicy) {
    this.#policy = policy
    this.#chosen = chooseInterval(policy, { checkpointMs: null, recoveryMs: null })
    this.#announcedMs = this.#chosen.intervalMs
  }

  get chosen(): ChosenInterval {
    return this.#chosen
  }

  /** A checkpoint is completed. True if the running interval is to begin anew. */
  completed(durationMs: number): boolean {
    const before = this.#chosen.checkpointMs
    const checkpointMs = before === null ? durationMs : before + newestWeight * (durationMs - before)
    return this.#choose({ checkpointMs })
  }

  /** Records can flow again, or for the first time. True if the running interval is to begin anew. */
  recovered(recoveryMs: number): boolean {
    return this.#choose({ recoveryMs })
  }

  #choose(measured: Partial<Pick<ChosenInterval, "checkpointMs" | "recoveryMs">>): boolean {
    const { checkpointMs, recoveryMs } = this.#chosen
    this.#chosen = chooseInterval(this.#policy, { checkpointMs, recoveryMs, ...measured })
    const { intervalMs } = this.#chosen
    const hasChanged = Math.abs(intervalMs - this.#announcedMs) >= changeMin * this.#announcedMs
    if (hasChanged) this.#announcedMs = intervalMs
    return hasChanged
  }
}
