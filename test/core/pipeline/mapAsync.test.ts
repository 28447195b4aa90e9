import { Pipeline } from "@tidemark/core"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"
import { compiled, problemsOf, sinkOf, sourceOf } from "./fixtures.ts"

const numbers = () => Pipeline.make("numbers").from("numbers", sourceOf(Schema.Number))
const one = async (): Promise<number> => 1

describe("a mapAsync", () => {
  it("begins a task of its own, which explains itself", () => {
    const plan = compiled(
      numbers()
        .mapAsync("ask", one, { schema: Schema.Number, order: "unordered", capacity: 7 })
        .filter((number) => number > 0)
        .to("sink", sinkOf(Schema.Number))
    )
    expect(plan.tasks.map(({ id, steps }) => [id, ...steps.map(({ kind }) => kind)])).toEqual([
      ["numbers"],
      ["ask", "mapAsync", "filter"]
    ])
    expect(Pipeline.explain(plan, { parallelism: 1 })).toContain("ask: asynchronous map, unordered, up to 7 at a time")
    // Its records in work are part of checkpoints: it may not go unnoticed.
    expect(Pipeline.describeOperators(plan).map(({ kind, uid }) => `${uid} ${kind}`)).toContain("ask mapAsync")
  })

  it("with options that cannot work is refused when the pipeline is built", () => {
    const schema = Schema.Number
    const ended = (options: object) => {
      // As plain JavaScript may do.
      const given = Object.assign({ schema }, options)
      return problemsOf(numbers().mapAsync("ask", one, given).to("sink", sinkOf(schema)))
    }
    expect(ended({ capacity: 0 })).toEqual(['mapAsync "ask" has capacity 0; it must be a positive whole number.'])
    expect(ended({ capacity: 1.5, order: "random" })).toEqual([
      'mapAsync "ask" has capacity 1.5; it must be a positive whole number.',
      'mapAsync "ask" has order "random"; it must be "ordered" or "unordered".'
    ])
    expect(ended({ timeout: 0 })[0]).toMatch(/^mapAsync "ask" has timeout .*; it must be a positive, whole number/)
    expect(ended({ onTimeout: () => 1 })).toEqual(['mapAsync "ask" has onTimeout but no timeout; give it one.'])
    expect(ended({ timeout: "1 second", onTimeout: () => 1 })).toEqual([])
  })
})
