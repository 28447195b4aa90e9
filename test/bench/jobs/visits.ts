/** A running sum per key over a million keys: the state of a job that never forgets. */
import { Pipeline } from "@tidemark/core"
import type { Sink, Source } from "@tidemark/core/connector"
import { Schema } from "effect"
import { makeRandom } from "../harness/random.ts"

export type KeyKind = "string" | "integer"

export const Visit = Schema.Struct({ user: Schema.String, number: Schema.Int, amount: Schema.Number })
export type Visit = typeof Visit.Type

export const visitsPipeline = (kind: KeyKind, source: Source<Visit>, sink: Sink<Visit>): Pipeline => {
  const visits = Pipeline.make(`visits-by-${kind}`).from("visits", source)
  const keyed = kind === "string" ? visits.keyBy("user") : visits.keyBy("number")
  return keyed
    .reduce("sum", (a, b) => ({ user: b.user, number: b.number, amount: a.amount + b.amount }))
    .to("sums", sink)
}

/** One visit of every user, shuffled. */
export const makeVisits = (users: number): ReadonlyArray<Visit> => {
  const random = makeRandom(3)
  const visits = Array.from({ length: users }, (_, i): Visit => {
    const number = 1_000_000 + i
    return { user: `user-${number}`, number, amount: random.below(100) }
  })
  for (let i = visits.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    const [a, b] = [visits[i], visits[j]]
    if (a === undefined || b === undefined) continue
    visits[i] = b
    visits[j] = a
  }
  return visits
}
