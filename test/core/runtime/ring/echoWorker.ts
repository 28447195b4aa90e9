/** Half of a ping-pong over two channels: whoever misses one wake-up stops both. Answers when all turns are over. */
import { parentPort, workerData } from "node:worker_threads"
import { Effect } from "effect"
import { type Link, openReceiver, openSender, seeded } from "./support.ts"

export interface EchoOrder {
  readonly out: Link
  readonly in: Link
  readonly turns: number
  readonly begins: boolean
  /** The other looks for the answer after a busy moment of up to this many steps: about when it comes. */
  readonly spinMax: number
}

const order: EchoOrder = workerData
const { sender } = openSender(order.out)
const { receiver, signal } = openReceiver(order.in)
const random = seeded(order.begins ? 1 : 2)
let waits = 0
let seen = 0

parentPort?.on("message", () => {})
if (order.begins) sender.put({ _tag: "Watermark", timestamp: 0 })
for (let turn = 0; turn < order.turns; turn++) {
  for (let i = random(order.spinMax); i > 0; i--) seen += Math.sqrt(i)
  while (receiver.isEmpty) {
    waits++
    await Effect.runPromise(signal.wait)
  }
  receiver.take()
  sender.put({ _tag: "Watermark", timestamp: turn })
}
parentPort?.postMessage({ waits, seen })
