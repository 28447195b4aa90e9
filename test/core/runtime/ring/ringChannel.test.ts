import { Effect } from "effect"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { StreamElement } from "../../../../packages/core/src/model/StreamElement.ts"
import { batchOf, makeLink, openReceiver, openSender, seeded, trafficOf } from "./support.ts"

const ringBytes = 1024

const pair = (capacity = ringBytes) => {
  const link = makeLink(capacity)
  const from = openSender(link)
  const to = openReceiver(link)
  return {
    sender: from.sender,
    senderSignal: from.signal,
    receiver: to.receiver,
    receiverSignal: to.signal,
    close: () => {
      from.bell.close()
      to.bell.close()
    }
  }
}

const barrier = (id: number): StreamElement => ({
  _tag: "Barrier",
  barrier: { id, kind: "stop", base: null, alignment: "aligned" }
})
const endOfData: StreamElement = { _tag: "EndOfData" }
const one = batchOf([{ n: 1, s: "x" }])

describe("a channel between threads", () => {
  it("hands on every element in order, however sending and taking alternate", () =>
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (trafficSeed, turnSeed) => {
        const { close, receiver, sender } = pair()
        const expected = trafficOf(trafficSeed, ringBytes)
        const traffic = trafficOf(trafficSeed, ringBytes)
        const turn = seeded(turnSeed)
        const take = (): void => {
          const taken = receiver.take()
          if (taken === undefined) return
          expect(taken).toStrictEqual(expected.next().value)
          if (taken._tag === "Records") receiver.recycle(taken.batch)
        }
        for (let i = 0; i < 300; i++) {
          if (turn(2) === 0) take()
          else if (sender.hasRoom || turn(20) === 0) sender.put(traffic.next().value)
        }
        for (let i = 0; i < 3000 && receiver.taken.sequence < sender.sent.sequence; i++) {
          sender.pump()
          take()
        }
        expect(receiver.isEmpty).toBe(true)
        expect(receiver.taken).toEqual(sender.sent)
        close()
      }),
      { numRuns: 200 }
    ))

  it("has no room for a fifth batch until one is taken, and wakes its sender then", async () => {
    const { close, receiver, sender, senderSignal } = pair()
    for (let i = 0; i < 4; i++) {
      expect(sender.hasRoom).toBe(true)
      sender.put(one)
    }
    expect(sender.hasRoom).toBe(false)
    receiver.take()
    await Effect.runPromise(senderSignal.wait)
    expect(sender.hasRoom).toBe(true)
    close()
  })

  it("keeps barriers, watermarks and the end of data in order behind what found no room, and needs no asking", async () => {
    const { close, receiver, receiverSignal, sender } = pair()
    const long = batchOf([{ n: 1, s: "y".repeat(5 * ringBytes) }])
    const elements: ReadonlyArray<StreamElement> = [
      barrier(1),
      long,
      barrier(2),
      one,
      { _tag: "Watermark", timestamp: Number.NEGATIVE_INFINITY },
      barrier(3),
      endOfData,
      barrier(4)
    ]
    for (const element of elements) sender.put(element)
    expect(sender.hasRoom).toBe(false)
    const taken: Array<StreamElement> = []
    while (taken.length < elements.length) {
      // Nobody asks the sender: only the bell moves what waits there.
      while (receiver.isEmpty) await Effect.runPromise(receiverSignal.wait)
      const element = receiver.take()
      if (element !== undefined) taken.push(element)
    }
    expect(taken).toStrictEqual(elements)
    expect(sender.hasRoom).toBe(true)
    close()
  })

  it("lets a barrier pass that waits behind the last bytes of a batch, however much room these leave", async () => {
    for (let length = 0; length < 2 * ringBytes; length += 8) {
      const { close, receiver, receiverSignal, sender } = pair()
      const elements = [batchOf([{ n: 1, s: "y".repeat(length) }]), barrier(1), endOfData]
      for (const element of elements) sender.put(element)
      const taken: Array<StreamElement> = []
      while (taken.length < elements.length) {
        while (receiver.isEmpty) await Effect.runPromise(receiverSignal.wait)
        const element = receiver.take()
        if (element !== undefined) taken.push(element)
      }
      expect(taken).toStrictEqual(elements)
      close()
    }
  })

  it("lets a record pass that is larger than the ring", async () => {
    const { close, receiver, receiverSignal, sender } = pair(65_536)
    const text = "z".repeat(5_000_000)
    sender.put(batchOf([{ n: 1, s: text }]))
    while (receiver.isEmpty) await Effect.runPromise(receiverSignal.wait)
    expect(receiver.take()).toStrictEqual(batchOf([{ n: 1, s: text }]))
    close()
  })

  it("gives the batch back to be filled again, and keeps nothing of it", () => {
    const { close, receiver, sender } = pair()
    const element = batchOf([{ n: 1, s: "x" }])
    sender.put(element)
    if (element._tag === "Records") {
      expect(sender.takeSpare()).toBe(element.batch)
      element.batch.values.length = 0
    }
    expect(sender.takeSpare()).toBe(undefined)
    expect(receiver.take()).toStrictEqual(one)
    close()
  })

  it("sends nothing of a batch with a record that does not fit, and goes on", () => {
    const { close, receiver, sender } = pair()
    const wrong = batchOf([{ n: 1, s: "x" }])
    if (wrong._tag === "Records") wrong.batch.values.push({ n: "1", s: "x" })
    expect(() => sender.put(wrong)).toThrow('field "n": expected a number, found "1"')
    sender.put(one)
    expect(receiver.take()).toStrictEqual(one)
    expect(receiver.taken).toEqual(sender.sent)
    close()
  })
})
