/** One end of a channel in a thread of its own, with pauses where they hurt. Answers when all traffic has passed. */

import { deepStrictEqual } from "node:assert"
import { setImmediate } from "node:timers/promises"
import { parentPort, workerData } from "node:worker_threads"
import { Effect } from "effect"
import type { Signal } from "../../../../packages/core/src/runtime/Signal.ts"
import { type Link, openReceiver, openSender, seeded, trafficOf } from "./support.ts"

export interface TrafficOrder {
  readonly role: "send" | "receive"
  readonly link: Link
  readonly ringBytes: number
  readonly seed: number
  readonly elements: number
  /** One turn in so many, the thread pauses; 0 for never. */
  readonly pauseEvery: number
}

const order: TrafficOrder = workerData
const random = seeded(order.seed + (order.role === "send" ? 1 : 2))

/** Nothing, a busy moment, or a turn of the event loop. */
const pause = async (): Promise<void> => {
  if (order.pauseEvery === 0 || random(order.pauseEvery) !== 0) return
  if (random(2) === 0) await setImmediate()
  else for (let i = random(20_000); i > 0; i--) Math.sqrt(i)
}

let waits = 0
const waitFor = (signal: Signal): Promise<void> => {
  waits++
  return Effect.runPromise(signal.wait)
}

const send = async (): Promise<void> => {
  const { bell, sender, signal } = openSender(order.link)
  const traffic = trafficOf(order.seed, order.ringBytes)
  for (let i = 0; i < order.elements; i++) {
    const element = traffic.next().value
    if (element._tag === "Records") while (!sender.hasRoom) await waitFor(signal)
    sender.put(element)
    await pause()
  }
  // What still waits here is moved by the bell; it must not be lost because nobody asks.
  sender.put({ _tag: "EndOfData" })
  keep = bell
}

const receive = async (): Promise<void> => {
  const { bell, receiver, signal } = openReceiver(order.link)
  const expected = trafficOf(order.seed, order.ringBytes)
  for (let i = 0; i < order.elements; i++) {
    while (receiver.isEmpty) await waitFor(signal)
    const element = receiver.take()
    deepStrictEqual(element, expected.next().value)
    if (element?._tag === "Records") receiver.recycle(element.batch)
    await pause()
  }
  while (receiver.isEmpty) await waitFor(signal)
  deepStrictEqual(receiver.take(), { _tag: "EndOfData" })
  keep = bell
}

/** Only a port keeps a thread alive that waits for its bell. */
let keep: unknown
parentPort?.on("message", () => {})
await (order.role === "send" ? send() : receive())
parentPort?.postMessage({ role: order.role, waits, isOpen: keep !== undefined })
