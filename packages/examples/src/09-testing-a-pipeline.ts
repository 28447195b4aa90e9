/**
 * 09 Testing a pipeline: cold rooms whose door stays open, told in a test of a few lines.
 *
 * Teaches: the test kit. The pipeline is the one that runs in production; records, watermarks, time and failures are in the
 *   hands of the test, and every step answers when all that follows from it has happened.
 * Guarantees: what a failure takes back is not in the output, and a snapshot goes on at any parallelism.
 * Run: node --conditions=tidemark-source packages/examples/src/09-testing-a-pipeline.ts
 * Expect:
 *   an alarm after five minutes, none before
 *   a closed door is quiet
 *   a failure changes nothing
 *   a snapshot goes on at parallelism 3
 */
import assert from "node:assert/strict"
import { JsonlFile } from "@tidemark/connectors/jsonl"
import { Pipeline, State } from "@tidemark/core"
import { TestPipeline } from "@tidemark/core/testing"
import { Effect, Schema } from "effect"

const Door = Schema.Struct({ room: Schema.String, isOpen: Schema.Boolean })
const Alarm = Schema.Struct({ room: Schema.String, minutes: Schema.Number })

const patience = 5 * 60_000

const alarms = Pipeline.make("doors")
  .from("doors", JsonlFile.source({ path: "doors.jsonl", schema: Door }))
  .keyBy("room")
  .process("watch", {
    schema: Alarm,
    states: { openSince: State.value("open since", Schema.Number) },
    onElement: ({ isOpen }, { processingTime, states, timers }) => {
      const since = states.openSince.get()
      if (isOpen && since === undefined) {
        states.openSince.set(processingTime)
        timers.processingTime.register(processingTime + patience)
      } else if (!isOpen && since !== undefined) {
        states.openSince.clear()
        timers.processingTime.delete(since + patience)
      }
    },
    onProcessingTimer: (_, { emit, key, processingTime, states }) => {
      const since = states.openSince.get() ?? processingTime
      emit({ room: key, minutes: (processingTime - since) / 60_000 })
    }
  })

const opened = (room: string) => ({ room, isOpen: true })
const closed = (room: string) => ({ room, isOpen: false })

const tests = Effect.gen(function* () {
  const test = yield* TestPipeline.make(alarms)
  yield* test.push([opened("fish"), opened("milk")])
  yield* test.advanceTime("4 minutes")
  assert.deepEqual(test.output(), [])
  yield* test.push([closed("milk")])
  yield* test.advanceTime("1 minute")
  assert.deepEqual(test.takeOutput(), [{ room: "fish", minutes: 5 }])
  console.log("an alarm after five minutes, none before")

  yield* test.advanceTime("1 hour")
  assert.deepEqual(test.takeOutput(), [])
  console.log("a closed door is quiet")

  yield* test.push([opened("ice")])
  yield* test.checkpoint
  yield* test.failBeforeRecord(1)
  yield* test.push([opened("meat")])
  assert.equal(test.report().restarts, 1)
  yield* test.advanceTime("5 minutes")
  const rooms = test.takeOutput().map(({ room }) => room)
  assert.deepEqual(rooms.sort(), ["ice", "meat"])
  console.log("a failure changes nothing")

  yield* test.push([opened("eggs"), opened("fruit")])
  const restored = yield* TestPipeline.restore(yield* test.snapshot, alarms, { parallelism: 3 })
  yield* restored.push([closed("fruit")])
  yield* restored.advanceTime("5 minutes")
  assert.deepEqual(restored.output(), [{ room: "eggs", minutes: 5 }])
  console.log("a snapshot goes on at parallelism 3")
})

await Effect.runPromise(Effect.scoped(tests))
