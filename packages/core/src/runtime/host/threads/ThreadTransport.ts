/** The channels of a worker thread: by reference among its own subtasks, by rings in shared memory to other threads. */
import { Effect, type Scope } from "effect"
import { RecordInvalid, RecordTooLarge } from "../../../model/errors.ts"
import type { TaskId } from "../../../model/ids.ts"
import { invariant } from "../../../model/invariant.ts"
import type { ExchangePlan, PhysicalPlan } from "../../../pipeline/PhysicalPlan.ts"
import { preview } from "../../../pipeline/preview.ts"
import { Doorbell } from "../../ring/Doorbell.ts"
import { RingReceiver } from "../../ring/RingReceiver.ts"
import { RingSender } from "../../ring/RingSender.ts"
import type { Signal } from "../../Signal.ts"
import { channelCapacity, connect, type Link, type Transport } from "../../Transport.ts"
import { type BatchCodec, compileBatchCodec } from "../../wire/compileBatchCodec.ts"
import { RecordMismatch } from "../../wire/RecordMismatch.ts"
import { BatchTooLarge } from "../../wire/WireWriter.ts"
import type { WorkerOrder } from "./messages.ts"
import { threadOf } from "./threadOf.ts"

/** Some hundred microseconds: about what it takes to be woken twice. */
const turnsBeforeWaiting = 100

export const openThreadTransport = Effect.fnUntraced(function* (
  plan: PhysicalPlan,
  order: WorkerOrder
): Effect.fn.Return<Transport, never, Scope.Scope> {
  const { exchange, parallelism, thread, threads } = order
  const bell = yield* Effect.acquireRelease(
    Effect.sync(() => new Doorbell(memoryOf(exchange.bells[thread]))),
    (opened) => Effect.sync(() => opened.close())
  )
  const codecs = new Map<ExchangePlan, BatchCodec>()
  const endOptions = ({ exchange: way, id, task }: Link, signal: Signal) => {
    const codec = codecs.get(way) ?? codecOf(plan, task, way)
    codecs.set(way, codec)
    return { id, memory: memoryOf(exchange.rings.get(id)), codec, signal, bell }
  }
  const bellOf = (index: number): SharedArrayBuffer => memoryOf(exchange.bells[threadOf(index, threads)])
  return connect(plan, parallelism, {
    isHere: (index) => threadOf(index, threads) === thread,
    turnsBeforeWaiting: threads > 1 ? turnsBeforeWaiting : 0,
    sender: (link, signal) =>
      new RingSender({
        ...endOptions(link, signal),
        capacity: channelCapacity,
        receiverBell: bellOf(link.receiver)
      }),
    receiver: (link, signal) => new RingReceiver({ ...endOptions(link, signal), senderBell: bellOf(link.sender) })
  })
})

/** Fails, when it encodes: throws `RecordInvalid` and `RecordTooLarge`. */
const codecOf = (plan: PhysicalPlan, from: TaskId, exchange: ExchangePlan): BatchCodec => {
  invariant(exchange._tag === "Exchange", "a forward exchange stays within a thread", { from, to: exchange.to })
  const { key, record, to } = exchange
  const reader = plan.tasks.find((task) => task.id === to)?.steps[0]
  const codec = compileBatchCodec({
    record,
    key: { kind: key.kind, field: key.field },
    fields: reader?.reads ?? null
  })
  return {
    decode: (memory, offset, batch) => codec.decode(memory, offset, batch),
    encode: (batch, out) => {
      try {
        codec.encode(batch, out)
      } catch (error) {
        if (error instanceof BatchTooLarge) {
          const { bytes, bytesMax } = error
          throw new RecordTooLarge({ from, to, records: batch.length, bytes, bytesMax })
        }
        if (!(error instanceof RecordMismatch)) throw error
        throw new RecordInvalid({ from, to, problem: error.message, record: preview(error.record) })
      }
    }
  }
}

const memoryOf = (memory: SharedArrayBuffer | undefined): SharedArrayBuffer => {
  invariant(memory !== undefined, "every channel between two threads has memory of its own")
  return memory
}
