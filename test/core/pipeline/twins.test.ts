import { Pipeline, UserFunctionFailed } from "@tidemark/core"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Stream } from "../../../packages/core/src/pipeline/Stream.ts"
import { type Feed, type Outcome, runPlan } from "./chainHarness.ts"
import { compiled, sinkOf, sourceOf, Visit } from "./fixtures.ts"
import { type Extend, operator, visit } from "./randomOperators.ts"

const operators = fc.array(operator, { maxLength: 6 })

const feed: fc.Arbitrary<Feed> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ records: fc.array(visit, { maxLength: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ watermark: fc.integer({ min: -40, max: 60 }) }) }
)

const pipelineOf = (extensions: ReadonlyArray<Extend>): Pipeline =>
  extensions
    .reduce<Stream<Visit>>(
      (stream, extend, i) => extend(stream, `operator ${i}`),
      Pipeline.make("random")
        .from("visits", sourceOf(Visit))
        .eventTime((record) => record.at)
    )
    .to("sink", sinkOf(Visit))

const errorText = ({ error }: Outcome): unknown =>
  error instanceof UserFunctionFailed ? [error.operator, error.message, String(error.cause)] : error

describe("a chain", () => {
  it("O1 generated code and interpreted twin agree in outputs, late records and errors", () => {
    const seen = { errors: 0, late: 0, outputs: 0 }
    fc.assert(
      fc.property(operators, fc.array(feed, { maxLength: 12 }), (extensions, feeds) => {
        const plan = compiled(pipelineOf(extensions))
        const all = [...feeds, { watermark: Number.MAX_SAFE_INTEGER }]
        const generated = runPlan(plan, all, "generated")
        const interpreted = runPlan(plan, all, "interpreted")
        expect({ ...generated, error: errorText(generated) }).toEqual({
          ...interpreted,
          error: errorText(interpreted)
        })
        if (generated.error !== null) expect(generated.error).toBeInstanceOf(UserFunctionFailed)
        seen.errors += generated.error === null ? 0 : 1
        seen.late += generated.late.length
        seen.outputs += generated.values.length
      }),
      { numRuns: 600 }
    )
    // The property would prove nothing if nothing ever threw, came late or came out.
    expect(Math.min(seen.errors, seen.late, seen.outputs)).toBeGreaterThan(20)
  })
})
