/**
 * Runs many other pipelines first, as any real process has: afterwards V8 has seen functions and records of every shape
 * at the call sites of the runtime, and what a benchmark measures is no lucky monomorphic case.
 */
import { MemoryStorage } from "@tidemark/backends/memory"
import { Collection } from "@tidemark/connectors/collection"
import { Aggregate, Job, Pipeline, type Stream, Trigger, Window } from "@tidemark/core"
import { Effect, Schema } from "effect"
import { makeRandom, type Random } from "./random.ts"
import type { Scale } from "./scale.ts"

const recordsCount = 3000

const Sample = Schema.Struct({ name: Schema.String, at: Schema.Number, size: Schema.Number })
type Sample = typeof Sample.Type

/** Samples of eight hidden classes. */
const makeSample = (random: Random, i: number): Sample => {
  const sample = { name: `sample-${random.below(40)}`, at: i * 1000, size: random.below(1000) }
  return Object.assign({ [`extra${random.below(8)}`]: i }, sample)
}

export const polluteRuntime = Effect.fnUntraced(function* (scale: Scale) {
  const random = makeRandom(7)
  const pipelines = scale.pick({ full: 50, quick: 50, tiny: 2 })
  for (let i = 0; i < pipelines; i++) {
    yield* Job.run({
      pipeline: randomPipeline(random, i),
      checkpoint: { storage: MemoryStorage.make(), trigger: Trigger.manual }
    })
  }
})

const randomPipeline = (random: Random, index: number): Pipeline => {
  const records = Array.from({ length: recordsCount }, (_, i) => makeSample(random, i))
  const source = Collection.source({ schema: Sample, records, splits: 1 + random.below(3), isTimeOrdered: true })
  let stream: Stream<Sample> = Pipeline.make(`other-${index}`)
    .from("samples", source)
    .eventTime((sample) => sample.at)
  const steps = 1 + random.below(5)
  for (let step = 0; step < steps; step++) stream = randomStep(random, stream)
  if (random.below(2) === 0) {
    return stream
      .keyBy("name")
      .reduce("largest", (a, b) => (a.size > b.size ? a : b))
      .to("sink", Collection.sink({ schema: Sample }))
  }
  return stream
    .keyBy((sample) => sample.size % 64, Schema.Number)
    .window(Window.tumbling("5 minutes"))
    .aggregate("windows", { count: Aggregate.count, size: Aggregate.sum("size"), worst: Aggregate.max("at") })
    .map((window) => ({ name: String(window.key), at: window.value.count, size: window.value.size }), {
      schema: Sample
    })
    .to("sink", Collection.sink({ schema: Sample }))
}

const randomStep = (random: Random, stream: Stream<Sample>): Stream<Sample> => {
  const amount = random.below(100)
  switch (random.below(4)) {
    case 0:
      return stream.filter((sample) => sample.size % 100 !== amount)
    case 1:
      return stream.map((sample) => ({ ...sample, size: sample.size + amount }), { schema: Sample })
    case 2:
      return stream.map(({ at, name, size }) => ({ size: size ^ amount, at, name }), { schema: Sample })
    default:
      return stream.flatMap((sample) => (sample.size > amount ? [sample] : [sample, sample]), { schema: Sample })
  }
}
