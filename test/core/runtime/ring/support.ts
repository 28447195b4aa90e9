import { Schema } from "effect"
import { Batch } from "../../../../packages/core/src/model/Batch.ts"
import type { StreamElement } from "../../../../packages/core/src/model/StreamElement.ts"
import { type BellMemory, Doorbell, makeBellMemory } from "../../../../packages/core/src/runtime/ring/Doorbell.ts"
import { RingReceiver } from "../../../../packages/core/src/runtime/ring/RingReceiver.ts"
import { RingSender } from "../../../../packages/core/src/runtime/ring/RingSender.ts"
import { makeRingMemory, type RingMemory } from "../../../../packages/core/src/runtime/ring/ringMemory.ts"
import { Signal } from "../../../../packages/core/src/runtime/Signal.ts"
import { compileBatchCodec } from "../../../../packages/core/src/runtime/wire/compileBatchCodec.ts"

const recordCodec = compileBatchCodec({
  record: Schema.Struct({ n: Schema.Number, s: Schema.String }),
  key: { kind: "string", field: "s" },
  fields: null
})

/** What both threads are given. */
export interface Link {
  readonly memory: RingMemory
  readonly senderBell: BellMemory
  readonly receiverBell: BellMemory
}

export const makeLink = (capacity: number): Link => ({
  memory: makeRingMemory(capacity, 2 ** 31 - 4096),
  senderBell: makeBellMemory(),
  receiverBell: makeBellMemory()
})

export const openSender = (link: Link) => {
  const bell = new Doorbell(link.senderBell)
  const signal = new Signal()
  const { memory, receiverBell } = link
  const sender = new RingSender({ id: "a#0>b#0", memory, capacity: 4, codec: recordCodec, signal, bell, receiverBell })
  return { bell, signal, sender }
}

export const openReceiver = (link: Link) => {
  const bell = new Doorbell(link.receiverBell)
  const signal = new Signal()
  const { memory, senderBell } = link
  const receiver = new RingReceiver({ id: "a#0>b#0", memory, codec: recordCodec, signal, bell, senderBell })
  return { bell, signal, receiver }
}

export const batchOf = (values: ReadonlyArray<{ readonly n: number; readonly s: string }>): StreamElement => {
  const batch = new Batch()
  for (const value of values) {
    batch.values.push(value)
    batch.timestamps.push(value.n)
    batch.keys.push(value.s)
    batch.groups.push(value.s.length % 128)
  }
  return { _tag: "Records", batch }
}

/** Endless, the same for a seed: mostly small batches, now and then one of several rings' length, and control elements. */
export function* trafficOf(seed: number, ringBytes: number): Generator<StreamElement, never> {
  const random = seeded(seed)
  for (let i = 0; ; i++) {
    const kind = random(16)
    if (kind === 0) yield { _tag: "Watermark", timestamp: i }
    else if (kind === 1) {
      const base = random(2) === 0 ? null : i
      yield { _tag: "Barrier", barrier: { id: i, kind: "checkpoint", base, alignment: "aligned" } }
    } else {
      const isLong = random(200) === 0
      const length = isLong ? random(ringBytes * 2) : random(20)
      yield batchOf(Array.from({ length: random(6) }, (_, n) => ({ n: n + i, s: letters(length, random(26)) })))
    }
  }
}

const letters = (length: number, letter: number): string => String.fromCharCode(97 + letter).repeat(length)

/** A multiplicative generator; answers integers below a bound. */
export const seeded = (seed: number): ((bound: number) => number) => {
  let state = (seed % 2147483646) + 1
  return (bound) => {
    state = (state * 48271) % 2147483647
    return state % bound
  }
}
