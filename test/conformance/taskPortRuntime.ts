/** A task over the runtime's data plane: real channels of either kind, real batches, a real capture. */
import { MemoryStorage } from "@tidemark/backends/memory"
import { Effect, Exit, Schema, Scope } from "effect"
import { Batch } from "../../packages/core/src/model/Batch.ts"
import { keyGroupCount, ownerOf } from "../../packages/core/src/model/keyGroups.ts"
import type { StreamElement } from "../../packages/core/src/model/StreamElement.ts"
import { minWatermark } from "../../packages/core/src/model/time.ts"
import type { ChainInstance } from "../../packages/core/src/operator/ChainInstance.ts"
import { Channel } from "../../packages/core/src/runtime/Channel.ts"
import type { ChannelReceiver, ChannelSender } from "../../packages/core/src/runtime/ChannelEnds.ts"
import { CheckpointStats } from "../../packages/core/src/runtime/CheckpointStats.ts"
import { EncodingGauge } from "../../packages/core/src/runtime/EncodingGauge.ts"
import type { Inspection } from "../../packages/core/src/runtime/Inspection.ts"
import { ExchangeOutput } from "../../packages/core/src/runtime/Outputs.ts"
import { RecordCounter } from "../../packages/core/src/runtime/RecordCounter.ts"
import { Doorbell, makeBellMemory } from "../../packages/core/src/runtime/ring/Doorbell.ts"
import { RingReceiver } from "../../packages/core/src/runtime/ring/RingReceiver.ts"
import { RingSender } from "../../packages/core/src/runtime/ring/RingSender.ts"
import { makeRingMemory } from "../../packages/core/src/runtime/ring/ringMemory.ts"
import { Signal } from "../../packages/core/src/runtime/Signal.ts"
import { SplitReader } from "../../packages/core/src/runtime/SplitReader.ts"
import { SubtaskRuntime } from "../../packages/core/src/runtime/SubtaskRuntime.ts"
import { ExchangeInput, SourceInput, type TaskInput } from "../../packages/core/src/runtime/TaskInput.ts"
import { compileBatchCodec } from "../../packages/core/src/runtime/wire/compileBatchCodec.ts"
import { makeSubtaskState } from "../../packages/core/src/state/index.ts"
import {
  barrierOf,
  type CaptureFact,
  channelsOf,
  type Flow,
  flowOf,
  type Role,
  type TaskSubject
} from "./taskPortSubject.ts"

/** Records without content; each goes to the next output in turn. */
const chainOver = (output: ExchangeOutput): ChainInstance => {
  const groups = output.channels.map((_, at) =>
    Array.from({ length: keyGroupCount }, (__, group) => group).find(
      (group) => ownerOf(group, output.channels.length) === at
    )
  )
  let records = 0
  return {
    run: ({ values }) => {
      for (const value of values) output.collect(value, 0, "", groups[records++ % groups.length] ?? 0)
    },
    advance: () => {},
    watermark: () => minWatermark,
    restoreWatermark: () => {},
    takeMaxTimestamp: () => minWatermark,
    lateRecords: () => new Map(),
    source: null
  }
}

class FoundRecords {
  left = 0
  isOver = false
  emitted = 0

  poll() {
    if (this.left === 0) return this.isOver ? ({ _tag: "Exhausted" } as const) : ({ _tag: "Pending" } as const)
    this.left--
    this.emitted++
    return { _tag: "Records", split: "all", values: [this.emitted], position: this.emitted, skipped: 0 } as const
  }
}

/** Makes a channel; `capacity` is in batches. */
export type MakeChannel = (options: {
  readonly id: string
  readonly capacity: number
  readonly sender: Signal
  readonly receiver: Signal
}) => { readonly sender: ChannelSender; readonly receiver: ChannelReceiver; readonly close: () => void }

/** By reference, within a thread. */
export const inlineChannel: MakeChannel = (options) => {
  const channel = new Channel(options)
  return { sender: channel, receiver: channel, close: () => {} }
}

/** Through shared memory, as between two threads. */
export const ringChannel: MakeChannel = ({ capacity, id, receiver, sender }) => {
  const memory = makeRingMemory()
  const [senderBell, receiverBell] = [makeBellMemory(), makeBellMemory()]
  const bells = [new Doorbell(senderBell), new Doorbell(receiverBell)] as const
  const codec = compileBatchCodec({
    record: Schema.NullOr(Schema.Number),
    key: { kind: "string", field: null },
    fields: null
  })
  return {
    sender: new RingSender({ id, memory, capacity, codec, signal: sender, bell: bells[0], receiverBell }),
    receiver: new RingReceiver({ id, memory, codec, signal: receiver, bell: bells[1], senderBell }),
    close: () => {
      for (const bell of bells) bell.close()
    }
  }
}

export const makeRuntimeTask = async (role: Role, makeChannel: MakeChannel): Promise<TaskSubject> => {
  const signal = new Signal()
  const { inputs, outputs } = channelsOf(role)
  const channel = (id: string, isInput: boolean) =>
    makeChannel({ id, capacity: 1_000, sender: new Signal(), receiver: isInput ? signal : new Signal() })
  const into = inputs.map((id) => channel(id, true))
  const outOf = outputs.map((id) => channel(id, false))
  const output = new ExchangeOutput(outOf.map(({ sender }) => sender))
  const found = new FoundRecords()
  const counter = new RecordCounter(Number.POSITIVE_INFINITY, () => {})
  const input: TaskInput =
    into.length > 0
      ? new ExchangeInput({ tasks: [role], channels: into.map(({ receiver }) => receiver), watermark: minWatermark })
      : new SourceInput({
          uid: role,
          splits: new SplitReader({
            reader: { assign: () => {}, poll: () => found.poll() },
            splits: [
              { order: 0, id: "all", spec: {}, position: null, records: 0, maxTimestamp: null, isFinished: false }
            ],
            isTimeOrdered: false,
            outOfOrdernessMs: null
          }),
          isDrained: false,
          fused: [],
          watermark: () => minWatermark,
          hasEventTime: false,
          recordsMax: 1,
          counter
        })
  const facts: Array<Inspection> = []
  const failures: Array<unknown> = []
  const scope = await Effect.runPromise(Scope.make())
  const storage = await Effect.runPromise(
    Scope.provide(MemoryStorage.make().open("task", { name: "test", since: "" }), scope)
  )
  const clock = await Effect.runPromise(Effect.clockWith(Effect.succeed))
  const subtask = new SubtaskRuntime(
    {
      ...{ id: role, task: role, index: 0, signal, turnsBeforeWaiting: 0, input, output, chain: chainOver(output) },
      ...{ state: makeSubtaskState(), sink: null, prepared: [] }
    },
    {
      ...{ job: "task", attempt: 1, term: 1, restored: 0, isDrained: false, storage, clock, counter },
      ...{ stats: new CheckpointStats(), encoding: new EncodingGauge() },
      inspect: (fact) => facts.push(fact),
      tellCoordinator: () => {},
      tellJob: () => {},
      fail: ({ error }) => failures.push(error)
    }
  )
  await Effect.runPromise(Effect.forkIn(Scope.provide(subtask.run, scope), scope))
  const sent = new Map(outputs.map((id): [string, Array<Flow>] => [id, []]))
  const drain = (): void => {
    for (const { receiver: out } of outOf) {
      for (let element = out.take(); element !== undefined; element = out.take()) {
        const flows = sent.get(out.id) ?? []
        if (element._tag === "Records")
          flows.push(...Array.from({ length: element.batch.length }, () => "record" as const))
        if (element._tag === "Barrier") flows.push(flowOf(element.barrier))
        if (element._tag === "EndOfData") flows.push("end")
      }
    }
  }
  return {
    put: (id, flow) => into.find(({ sender }) => sender.id === id)?.sender.put(elementOf(flow)),
    tell: (event) => subtask.mailbox.post(event),
    find: (records) => {
      if (records === "none") found.isOver = true
      else found.left += records
      signal.notify()
    },
    settle: async () => {
      // Nothing here waits for a clock or a device: what can be done is done in a few turns.
      for (let turn = 0; turn < 30; turn++) await new Promise(setImmediate)
      if (failures.length > 0) throw failures[0]
      drain()
    },
    sent: (id) => sent.get(id) ?? [],
    waiting: (id) => {
      const channel = into.find(({ sender }) => sender.id === id)
      return channel === undefined ? 0 : channel.sender.sent.sequence - channel.receiver.taken.sequence
    },
    captures: () => facts.flatMap(captureFact),
    close: async () => {
      await Effect.runPromise(Scope.close(scope, Exit.void))
      for (const { close } of [...into, ...outOf]) close()
    }
  }
}

const captureFact = (fact: Inspection): ReadonlyArray<CaptureFact> =>
  fact._tag === "Captured"
    ? [{ id: fact.checkpoint, taken: countsOf(fact.taken), emitted: countsOf(fact.emitted) }]
    : []

const countsOf = (counts: ReadonlyArray<{ readonly channel: string; readonly records: number }>) =>
  Object.fromEntries(counts.map(({ channel, records }) => [channel, records]))

const elementOf = (flow: Flow): StreamElement => {
  if (flow === "end") return { _tag: "EndOfData" }
  if (flow !== "record") return { _tag: "Barrier", barrier: barrierOf(flow) }
  const batch = new Batch()
  batch.values.push(null)
  return { _tag: "Records", batch }
}
