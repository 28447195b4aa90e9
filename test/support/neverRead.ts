import type { Source } from "@tidemark/core/connector"
import { Effect, type Schema } from "effect"

/** A source for pipelines under test: the test kit puts itself in its place, and nobody ever opens it. */
export const neverRead = <A>(schema: Schema.Codec<A, unknown>): Source<A> => ({
  description: "nowhere",
  schema,
  isBounded: false,
  isTimeOrdered: false,
  discover: Effect.die("not to be discovered"),
  validate: () => Effect.die("not to be validated"),
  open: () => Effect.die("not to be opened")
})
