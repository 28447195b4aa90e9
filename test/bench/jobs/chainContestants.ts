/** The same chain in other libraries, each in the way its manual shows. A run answers when all items went through. */
import { Transform } from "node:stream"
import { finished } from "node:stream/promises"
import { Effect, Stream } from "effect"
import * as most from "most"
import * as rxjs from "rxjs"
import type { Item, Keeper, Step } from "./chains.ts"

export type RunChain = (items: ReadonlyArray<Item>, steps: ReadonlyArray<Step>, kept: Keeper) => unknown

export const runRxjs: RunChain = (items, steps, kept) => {
  let stream: rxjs.Observable<Item> = rxjs.from(items)
  for (const step of steps) stream = stream.pipe(step._tag === "Map" ? rxjs.map(step.f) : rxjs.filter(step.keeps))
  stream.subscribe((item) => kept.keep(item))
}

export const runEffectStream: RunChain = (items, steps, kept) => {
  let stream: Stream.Stream<Item> = Stream.fromIterable(items, { chunkSize: 4096 })
  for (const step of steps) {
    stream = step._tag === "Map" ? Stream.map(stream, step.f) : Stream.filter(stream, step.keeps)
  }
  const keepAll = (chunk: ReadonlyArray<Item>) =>
    Effect.sync(() => {
      for (const item of chunk) kept.keep(item)
    })
  return Effect.runPromise(Stream.runForEachArray(stream, keepAll))
}

export const runMost: RunChain = (items, steps, kept) => {
  let stream: most.Stream<Item> = most.from(items)
  for (const step of steps) stream = step._tag === "Map" ? stream.map(step.f) : stream.filter(step.keeps)
  return stream.observe((item) => kept.keep(item))
}

export const runNodeStreams: RunChain = async (items, steps, kept) => {
  const transforms = steps.map(transformOf)
  const [first] = transforms
  if (first === undefined) return
  const last = transforms.reduce((stream, next) => stream.pipe(next))
  last.on("data", (item: Item) => kept.keep(item))
  for (const item of items) {
    if (!first.write(item)) await new Promise((resume) => first.once("drain", resume))
  }
  first.end()
  await finished(last)
}

const transformOf = (step: Step): Transform =>
  new Transform({
    objectMode: true,
    transform: (item: Item, _encoding, done) => {
      if (step._tag === "Map") done(null, step.f(item))
      else if (step.keeps(item)) done(null, item)
      else done()
    }
  })
