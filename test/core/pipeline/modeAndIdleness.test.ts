import { Collection } from "@tidemark/connectors/collection"
import { Pipeline } from "@tidemark/core"
import type { Duration } from "effect"
import { Result, Schema } from "effect"
import { describe, expect, it } from "vitest"

const Event = Schema.Struct({ at: Schema.Number })

const pipeline = (idleAfter?: Duration.Input) =>
  Pipeline.make("events")
    .from("events", Collection.source({ schema: Event, records: [] }))
    .eventTime(({ at }) => at, idleAfter === undefined ? {} : { idleAfter })
    .to("seen", Collection.sink({ schema: Event }))

const compiled = (idleAfter?: Duration.Input) => Pipeline.compile(pipeline(idleAfter))

const explained = (idleAfter?: Duration.Input, mode?: "exactly-once" | "at-least-once") =>
  Pipeline.explain(Result.getOrThrow(compiled(idleAfter)), { parallelism: 1, ...(mode === undefined ? {} : { mode }) })

describe("the plan of a job", () => {
  it("says after which time splits are idle, and nothing if never", () => {
    expect(explained("90 seconds")).toContain("event time, in order, idle after 90 seconds)")
    expect(explained()).toContain("event time, in order)")
  })

  it.each([0, -5, "Infinity"] as const)("refuses to leave splits out after %s", (idleAfter) => {
    const result = compiled(idleAfter)
    expect(Result.isFailure(result) && result.failure.problems).toEqual([
      `eventTime has idleAfter ${JSON.stringify(idleAfter)}; it must be a positive, whole number of milliseconds.`
    ])
  })

  it("names the mode at-least-once and what it means for a two-phase sink, and says nothing of exactly-once", () => {
    expect(explained(undefined, "at-least-once")).toMatch(
      /^pipeline "events"\nat least once: no channel waits .* may count twice\n {2}also in "seen": every commit shows once/
    )
    expect(explained(undefined, "exactly-once")).not.toContain("once:")
  })
})
