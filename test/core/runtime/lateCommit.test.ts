import { Collection } from "@tidemark/connectors/collection"
import { Job } from "@tidemark/core"
import { Effect, Result } from "effect"
import { describe, expect, it } from "vitest"
import { countJob, WordCount, words } from "../../support/countJob.ts"

/** A target in which a commit of an earlier attempt lands between the first look and the rollback. */
const overtakenSink = (checkpoint: number) => {
  const sink = Collection.sink({ schema: WordCount })
  const open: typeof sink.open = (context) =>
    Effect.map(sink.open(context), (session) => {
      let hasLanded = false
      return {
        ...session,
        highestVisible: Effect.suspend(() => (hasLanded ? Effect.succeed(checkpoint) : session.highestVisible)),
        rollback: (keep) => {
          hasLanded = true
          return session.rollback(keep)
        }
      }
    })
  return { ...sink, open }
}

describe("a commit that was interrupted and lands while the next attempt restores", () => {
  it("is seen after the rollback: the job refuses to write the same output again (rules 2, 8)", async () => {
    const sink = overtakenSink(7)
    const { job } = countJob({ records: words(200), sink })
    const result = await Effect.runPromise(Effect.result(Job.run(job)))
    expect(Result.isFailure(result) ? result.failure.message : "ran").toMatch(/checkpoint 7/)
    expect(sink.records()).toEqual([])
  })
})
