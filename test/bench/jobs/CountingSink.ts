/** A sink that keeps nothing but a count and a sum: what a benchmark compares, at next to no cost of its own. */
import type { Sink } from "@tidemark/core/connector"
import { Effect, type Schema } from "effect"

export class CountingSink<A> {
  readonly sink: Sink<A>
  count = 0
  sum = 0

  constructor(schema: Schema.Codec<A, unknown>, numberOf: (value: A) => number) {
    this.sink = {
      description: "counter",
      schema,
      delivery: "immediate",
      open: () =>
        Effect.succeed({
          highestVisible: Effect.succeed(null),
          rewind: null,
          rollback: () => Effect.void,
          commit: () => Effect.void,
          writer: () =>
            Effect.succeed({
              write: (value) => {
                this.count++
                this.sum += numberOf(value)
              },
              isFull: () => false,
              flush: Effect.void,
              prepare: () => Effect.succeed(null)
            })
        })
    }
  }
}
