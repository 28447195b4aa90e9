/** What does not compile: compiled by `npm run types`, never run. */
import { Pipeline, Restart, type SourceStream, Trigger } from "@tidemark/core"

export const first = Trigger.first([Trigger.every("1 second"), Trigger.count(10)])
export const adaptive = Trigger.adaptive({ recoveryTarget: "1 minute", meanTimeBetweenFailures: "1 day" })

// @ts-expect-error one within another is refused
Trigger.first([Trigger.first([Trigger.count(10)])])
// @ts-expect-error without a failure to expect there is nothing to optimise
Trigger.adaptive({ recoveryTarget: "1 minute" })
// @ts-expect-error no duration
Trigger.every("1 fortnight")

export const rate = Restart.failureRate({ failures: 3, per: "1 minute" })
// @ts-expect-error within which time
Restart.failureRate({ failures: 3 })
// @ts-expect-error how many
Restart.fixedDelay({ delay: "1 second" })
// @ts-expect-error a policy has no such option
Restart.exponential({ attempts: 3 })

export const timed = (stream: SourceStream<{ readonly at: number }>) =>
  stream.eventTime(({ at }) => at, { outOfOrderness: "1 second", idleAfter: "1 minute" })

export const pipeline = Pipeline.make("types")
