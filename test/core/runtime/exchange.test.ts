/** The exchange between subtasks against a naive one: batches that are filled again never show in what arrives. */
import { Batch, keyGroupCount, ownerOf } from "@tidemark/core"
import * as fc from "fast-check"
import { expect, it } from "vitest"
import { Channel } from "../../../packages/core/src/runtime/Channel.ts"
import { batchSize, ExchangeOutput } from "../../../packages/core/src/runtime/Outputs.ts"
import { Signal } from "../../../packages/core/src/runtime/Signal.ts"

type Action =
  | { readonly _tag: "Collect"; readonly count: number; readonly group: number }
  | { readonly _tag: "Flush" }
  | { readonly _tag: "Take"; readonly channel: number; readonly count: number }

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    _tag: fc.constant("Collect" as const),
    count: fc.integer({ min: 1, max: batchSize + 300 }),
    group: fc.integer({ min: 0, max: keyGroupCount - 1 })
  }),
  fc.constant({ _tag: "Flush" } as const),
  fc.record({
    _tag: fc.constant("Take" as const),
    channel: fc.integer({ min: 0, max: 2 }),
    count: fc.integer({ min: 1, max: 5 })
  })
)

const parallelism = 3

const makeChannels = () =>
  Array.from(
    { length: parallelism },
    (_, i) => new Channel({ id: `a>${i}`, capacity: 4, sender: new Signal(), receiver: new Signal() })
  )

/** Takes elements of a channel as a subtask does, and gives the batches back. */
const takeFrom = (channel: Channel, count: number, received: Array<ReadonlyArray<unknown>>): void => {
  for (let i = 0; i < count; i++) {
    const element = channel.take()
    if (element?._tag !== "Records") return
    const { groups, keys, timestamps, values } = element.batch
    expect(values.length).toBeLessThanOrEqual(batchSize)
    expect([timestamps.length, keys.length, groups.length]).toEqual([values.length, values.length, values.length])
    for (const [at, value] of values.entries()) received.push([value, timestamps[at], keys[at], groups[at]])
    channel.recycle(element.batch)
  }
}

it("an exchange hands every record to the owner of its key group, in order and unchanged, though batches are filled again", () => {
  void fc.assert(
    fc.property(fc.array(action, { maxLength: 30 }), (actions) => {
      const channels = makeChannels()
      const output = new ExchangeOutput(channels)
      const sent = channels.map((): Array<ReadonlyArray<unknown>> => [])
      const received = channels.map((): Array<ReadonlyArray<unknown>> => [])
      let next = 0
      for (const step of actions) {
        if (step._tag === "Flush") output.flush()
        if (step._tag === "Take") takeFrom(channels[step.channel] ?? fail(), step.count, received[step.channel] ?? [])
        if (step._tag !== "Collect") continue
        for (let i = 0; i < step.count; i++) {
          next++
          const record = [{ next }, next + 0.5, `key-${next}`, (step.group + i) % keyGroupCount] as const
          sent[ownerOf(record[3], parallelism)]?.push(record)
          output.collect(...record)
        }
      }
      output.flush()
      for (const [i, channel] of channels.entries()) takeFrom(channel, Number.POSITIVE_INFINITY, received[i] ?? [])
      expect(output.collected()).toBe(next)
      expect(received).toEqual(sent)
    }),
    { numRuns: 40 }
  )
})

it("a record waits in its batch for 5 ms from the first look at it, however busy its sender is, and no longer", () => {
  const channels = makeChannels()
  const output = new ExchangeOutput(channels)
  const waiting = () => channels.map(({ sent }) => sent.records)
  output.collect("rare", 0, "key", 0)
  output.flushAged(100)
  output.flushAged(104)
  expect(waiting()).toEqual([0, 0, 0])
  output.flushAged(105)
  expect(waiting()).toEqual([1, 0, 0])
  output.flushAged(200)
  output.collect("next", 0, "key", 0)
  output.flushAged(201)
  expect(waiting()).toEqual([1, 0, 0])
  output.flushAged(206)
  expect(waiting()).toEqual([2, 0, 0])
})

it("a channel keeps no more than two batches to be filled again", () => {
  const [channel] = makeChannels()
  const batches = Array.from({ length: 4 }, () => new Batch())
  for (const batch of batches) channel?.recycle(batch)
  expect([channel?.takeSpare(), channel?.takeSpare(), channel?.takeSpare()]).toEqual([
    batches[1],
    batches[0],
    undefined
  ])
})

const fail = (): never => {
  throw new Error("there are as many channels as actions name")
}
