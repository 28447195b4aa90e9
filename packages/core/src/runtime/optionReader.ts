import { Duration } from "effect"

/** Reads options one by one and collects what is wrong with them: a user hears of all problems at once. */
export class OptionReader {
  readonly problems: Array<string> = []

  /** Milliseconds; 0 for what is no duration, and a problem. */
  millis(name: string, input: Duration.Input): number {
    const duration = Duration.fromInput(input)
    const value = duration._tag === "Some" ? Duration.toMillis(duration.value) : Number.NaN
    if (Number.isFinite(value) && value >= 0) return value
    this.problems.push(`Option ${name} is ${JSON.stringify(input)}; use a duration like "5 seconds".`)
    return 0
  }

  whole(name: string, value: number, from: number, to: number): number {
    if (!Number.isInteger(value) || value < from || value > to) {
      this.problems.push(`Option ${name} is ${value}; use a whole number from ${from} to ${to}.`)
    }
    return value
  }
}
