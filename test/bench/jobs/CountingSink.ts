/** A sink that keeps nothing but a count and a sum: what a benchmark compares, at next to no cost of its own. */
import type { Sink } from "@tidemark/core/connector"
import { Effect, type Schema } from "effect"

export class CountingSink<A> {
  readonly sink: Sink<A>
  count = 0
  sum = 0

  /** `cut` is called at every barrier, when all records before it have been written. */
  constructor(schema: Schema.Codec<A, unknown>, numberOf: (value: A) => number, cut: () => void = () => {}) {
    this.sink = {
      description: "counter",
      schema,
      delivery: "two-phase",
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
              prepare: () => {
                cut()
                return Effect.succeed(null)
              }
            })
        })
    }
  }
}
