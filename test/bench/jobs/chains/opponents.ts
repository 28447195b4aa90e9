/** The same chain in other libraries, each in the way its manual shows. A run answers when all records went through. */
import { Transform } from "node:stream"
import { finished } from "node:stream/promises"
import { Effect, Stream } from "effect"
import * as most from "most"
import * as rxjs from "rxjs"
import type { Keeper, Step, Steps } from "./Chain.ts"

export interface Opponent {
  readonly name: string
  /** How often a run passes over the records: the fast ones longer, so that every run takes some tens of milliseconds. */
  readonly passes: number
  readonly run: <In, A>(inputs: ReadonlyArray<In>, steps: Steps<In, A>, kept: Keeper<A>) => unknown
}

const runRxjs: Opponent["run"] = (inputs, { first, rest }, kept) => {
  let stream = rxjs.from(inputs).pipe(rxjs.map(first))
  for (const step of rest) stream = stream.pipe(step._tag === "Map" ? rxjs.map(step.f) : rxjs.filter(step.keeps))
  stream.subscribe((value) => kept.keep(value))
}

const runEffectStream: Opponent["run"] = (inputs, { first, rest }, kept) => {
  let stream = Stream.map(Stream.fromIterable(inputs, { chunkSize: 4096 }), first)
  for (const step of rest) {
    stream = step._tag === "Map" ? Stream.map(stream, step.f) : Stream.filter(stream, step.keeps)
  }
  return Effect.runPromise(
    Stream.runForEachArray(stream, (chunk) =>
      Effect.sync(() => {
        for (const value of chunk) kept.keep(value)
      })
    )
  )
}

const runMost: Opponent["run"] = (inputs, { first, rest }, kept) => {
  let stream = most.from(inputs).map(first)
  for (const step of rest) stream = step._tag === "Map" ? stream.map(step.f) : stream.filter(step.keeps)
  return stream.observe((value) => kept.keep(value))
}

const runNodeStreams: Opponent["run"] = async (inputs, { first, rest }, kept) => {
  const head = transform(first, () => true)
  const last = rest.reduce((stream, step) => stream.pipe(transformOf(step)), head)
  last.on("data", (value) => kept.keep(value))
  for (const input of inputs) {
    if (!head.write(input)) await new Promise((resume) => head.once("drain", resume))
  }
  head.end()
  await finished(last)
}

const transformOf = <A>(step: Step<A>): Transform =>
  step._tag === "Map" ? transform(step.f, () => true) : transform((value: A) => value, step.keeps)

const transform = <In, A>(f: (input: In) => A, keeps: (input: In) => boolean): Transform =>
  new Transform({
    objectMode: true,
    transform: (input: In, _encoding, done) => {
      if (keeps(input)) done(null, f(input))
      else done()
    }
  })

export const opponents: ReadonlyArray<Opponent> = [
  { name: "most", passes: 8, run: runMost },
  { name: "RxJS", passes: 4, run: runRxjs },
  { name: "Effect Stream", passes: 4, run: runEffectStream },
  { name: "Node object streams", passes: 1, run: runNodeStreams }
]
