/**
 * Runs a pipeline for a test: the very runtime, with time, input, output and storage in the hands of the test.
 *
 *   const test = yield* TestPipeline.make(stream)
 *   yield* test.push([{ key: "a", at: 1_000 }])
 *   yield* test.watermark(60_000)
 *   expect(test.output()).toEqual([...])
 *
 * H1 Every step answers when the pipeline has come to rest: all that was pushed has been worked on. Only what asynchronous
 *    functions wait for outside of the pipeline may come later; `settle` waits for it again.
 * H2 Time stands still but for `advanceTime`.
 */
import { Effect, Layer, Logger, type Scope } from "effect"
import * as TestClock from "effect/testing/TestClock"
import type { Sink } from "../../connector/Sink.ts"
import type { PipelineInvalid, StorageFailure, StorageLocked } from "../../model/errors.ts"
import type { SideOutput } from "../../operator/SideOutput.ts"
import type { Pipeline } from "../../pipeline/Graph.ts"
import type { PipelineEnd, Stream } from "../../pipeline/Stream.ts"
import type { JobOptions } from "../../runtime/JobOptions.ts"
import { Restart } from "../../runtime/Restart.ts"
import { startJob } from "../../runtime/startJob.ts"
import { Trigger } from "../../runtime/Trigger.ts"
import { RunningTest } from "./RunningTest.ts"
import { openSides, replaceEnds } from "./replaceEnds.ts"
import { TestOutput } from "./TestOutput.ts"
import type { TestSnapshot } from "./TestSnapshot.ts"
import { TestStorage } from "./TestStorage.ts"

export interface TestOptions extends Pick<JobOptions, "parallelism" | "chains" | "inspect"> {
  /** Splits of every source, for watermarks of their own; one by default. */
  readonly splits?: ReadonlyArray<string>
  /** Where virtual time begins, in milliseconds since the epoch; 0 by default. */
  readonly now?: number
  /** What follows a failure; up to ten restarts without a delay by default. */
  readonly restart?: Restart
}

/** A pipeline under test; `A` are the records at its end. */
export type TestPipeline<A> = RunningTest<A>

type StartFailure = PipelineInvalid | StorageFailure | StorageLocked

/** What is asked of a stream; the overloads below say of which records. */
interface Testable {
  to(uid: string, sink: Sink<unknown>): PipelineEnd
}

function make<A>(stream: Stream<A>, options?: TestOptions): Effect.Effect<TestPipeline<A>, StartFailure, Scope.Scope>
function make(
  pipeline: Pipeline,
  options?: TestOptions
): Effect.Effect<TestPipeline<unknown>, StartFailure, Scope.Scope>
function make(given: Pipeline | Testable, options: TestOptions = {}) {
  return start(given, options, null)
}

function restore<A>(
  snapshot: TestSnapshot,
  stream: Stream<A>,
  options?: TestOptions
): Effect.Effect<TestPipeline<A>, StartFailure, Scope.Scope>
function restore(
  snapshot: TestSnapshot,
  pipeline: Pipeline,
  options?: TestOptions
): Effect.Effect<TestPipeline<unknown>, StartFailure, Scope.Scope>
function restore(snapshot: TestSnapshot, given: Pipeline | Testable, options: TestOptions = {}) {
  return start(given, options, snapshot)
}

export const TestPipeline = {
  /**
   * Starts a pipeline, or a stream that has no sink yet. Its sources and sinks are replaced: nothing is read or written but
   * what the test pushes and asks for. Ends with the scope. Fails: for a pipeline that cannot be built.
   */
  make,
  /** Starts it from a snapshot, of another parallelism perhaps; its output begins anew. Fails: as `make`. */
  restore
} as const

const start = Effect.fnUntraced(function* (
  given: Pipeline | Testable,
  options: TestOptions,
  snapshot: TestSnapshot | null
) {
  const { splits = ["0"] } = options
  const ends = replaceEnds(finished(given), splits, snapshot?.logs ?? new Map())
  const storage = new TestStorage(snapshot?.storage)
  // What goes wrong is told by the steps; warnings about failures that a test has planned would only be noise.
  const time = yield* Layer.build(Layer.merge(TestClock.layer(), Logger.layer([])))
  const startedAt = snapshot?.now ?? options.now ?? 0
  yield* Effect.provide(TestClock.setTime(startedAt), time)
  const handle = yield* Effect.provide(
    startJob({
      pipeline: ends.pipeline,
      checkpoint: { storage: storage.storage, trigger: Trigger.manual },
      threads: 0,
      restart: options.restart ?? Restart.fixedDelay({ attempts: 10, delay: 0 }),
      resume: snapshot === null ? "never" : { from: snapshot.checkpoint },
      ...(options.parallelism === undefined ? {} : { parallelism: options.parallelism }),
      ...(options.chains === undefined ? {} : { chains: options.chains }),
      ...(options.inspect === undefined ? {} : { inspect: options.inspect })
    }),
    time
  )
  const test = new RunningTest<unknown>({
    ...{ ends, storage, handle, splits },
    advance: (duration) => Effect.provide(TestClock.adjust(duration), time),
    now: Effect.provide(
      Effect.clockWith((clock) => clock.currentTimeMillis),
      time
    )
  })
  yield* Effect.orDie(test.settle)
  return test
})

/** A stream ends in test outputs, its side outputs do too. */
const finished = (given: Pipeline | Testable): Pipeline => {
  if ("sink" in given) return given
  const end = given.to("output", new TestOutput("output").sink)
  return openSides(end).reduce<PipelineEnd>(
    (pipeline, side) => pipeline.side(side, (stream) => toSide(stream, side)),
    end
  )
}

const toSide = (stream: Testable, { name }: SideOutput<unknown>): Pipeline =>
  stream.to(sideSinkOf(name), new TestOutput(name).sink)

const sideSinkOf = (name: string): string => `${name}-output`
