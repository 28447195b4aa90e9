/** A pipeline that runs for a test. Every step answers when the pipeline has come to rest. */
import { Data, type Duration, Effect, Fiber } from "effect"
import type { CheckpointRefused, JobFailed } from "../../model/errors.ts"
import type { Timestamp } from "../../model/time.ts"
import type { AnySideOutput, SideOutput } from "../../operator/SideOutput.ts"
import type { JobHandle } from "../../runtime/JobHandle.ts"
import type { MetricFamily } from "../../runtime/metrics/MetricFamily.ts"
import type { RunReport } from "../../runtime/RunReport.ts"
import type { ReplacedEnds, ReplacedInput } from "./replaceEnds.ts"
import { WatermarkMark } from "./TestInput.ts"
import type { TestOutput } from "./TestOutput.ts"
import type { TestSnapshot } from "./TestSnapshot.ts"
import type { PlannedFailure, TestStorage } from "./TestStorage.ts"

/** The test asks for something that its pipeline does not have; or the pipeline does not come to rest. */
export class TestMisuse extends Data.TaggedError("TestMisuse")<{ readonly message: string }> {}

/** Where something is pushed; may be left out where there is only one. */
export interface PushedTo {
  readonly source?: string
  readonly split?: string
}

type StepFailure = TestMisuse | JobFailed

/** Turns of the event loop that a pipeline may take to come to rest. */
const turnsMax = 20_000
/** Turns in a row in which nothing may have happened. */
const quietTurns = 4

export class RunningTest<A> {
  readonly #ends: ReplacedEnds
  readonly #storage: TestStorage
  readonly #handle: JobHandle
  readonly #splits: ReadonlyArray<string>
  readonly #advance: (duration: Duration.Input) => Effect.Effect<void>
  readonly #now: Effect.Effect<number>
  #hasStorageFailures = false

  constructor(options: {
    readonly ends: ReplacedEnds
    readonly storage: TestStorage
    readonly handle: JobHandle
    readonly splits: ReadonlyArray<string>
    readonly advance: (duration: Duration.Input) => Effect.Effect<void>
    readonly now: Effect.Effect<number>
  }) {
    this.#ends = options.ends
    this.#storage = options.storage
    this.#handle = options.handle
    this.#splits = options.splits
    this.#advance = options.advance
    this.#now = options.now
  }

  /** Pushes records into a source. Fails: for records that do not fit its schema, and with the job. */
  push(records: ReadonlyArray<unknown>, to: PushedTo = {}): Effect.Effect<void, StepFailure> {
    return Effect.gen({ self: this }, function* () {
      const { input } = yield* this.#inputAt(to)
      const pushed = input.push(yield* this.#splitAt(to), records)
      if (pushed !== null) {
        const shown = JSON.stringify(pushed.misfit) ?? String(pushed.misfit)
        return yield* misuse(`The record ${shown} does not fit the schema of source "${input.uid}".`)
      }
      return yield* this.settle
    })
  }

  /**
   * Moves the watermark of a split on, as a record would from which it follows; it never goes back. The watermark of the
   * pipeline is the lowest of all its splits. Fails: for a source without `eventTime`.
   */
  watermark(at: Timestamp | Date, to: PushedTo = {}): Effect.Effect<void, StepFailure> {
    return Effect.gen({ self: this }, function* () {
      const { input, outOfOrdernessMs } = yield* this.#inputAt(to)
      if (outOfOrdernessMs === null)
        return yield* misuse(`Source "${input.uid}" has no eventTime: it has no watermarks.`)
      input.push(yield* this.#splitAt(to), [new WatermarkMark(Number(at) + outOfOrdernessMs + 1)])
      return yield* this.settle
    })
  }

  /** Lets virtual time pass: processing-time timers, timeouts and delays that are due fire in order. */
  advanceTime(duration: Duration.Input): Effect.Effect<void, StepFailure> {
    return Effect.andThen(this.#advance(duration), this.settle)
  }

  /** Ends all inputs: every window fires, everything is committed, the job has finished. */
  get end(): Effect.Effect<RunReport, StepFailure> {
    return Effect.gen({ self: this }, function* () {
      for (const { input } of this.#ends.inputs.values()) input.end()
      return yield* this.#whileTimePasses(this.#handle.await)
    })
  }

  /** All that has come out so far, in order; what a failure has taken back is not in it. */
  output(): ReadonlyArray<A>
  output(): ReadonlyArray<unknown> {
    return this.#main.values()
  }

  /** What has come out since the last call. */
  takeOutput(): ReadonlyArray<A>
  takeOutput(): ReadonlyArray<unknown> {
    return this.#main.take()
  }

  /** The part of the output that is committed: no failure can take it back. */
  committed(): ReadonlyArray<A>
  committed(): ReadonlyArray<unknown> {
    return this.#main.committed()
  }

  /** What has come out of a side output. Fails: throws for one that the pipeline does not have. */
  sideOutput<B>(side: SideOutput<B>): ReadonlyArray<B>
  sideOutput(side: AnySideOutput): ReadonlyArray<unknown> {
    return this.outputOf(this.#sinkBehind(side.name))
  }

  /** What has come out of a sink of the pipeline. Fails: throws for one that it does not have. */
  outputOf(sink: string): ReadonlyArray<unknown> {
    const output = this.#ends.outputs.get(sink)
    if (output === undefined)
      throw new TestMisuse({ message: `There is no sink "${sink}". ${known(this.#ends.outputs)}` })
    return output.values()
  }

  /** Takes a checkpoint and waits until it is completed and committed; answers its id. */
  get checkpoint(): Effect.Effect<number, StepFailure | CheckpointRefused> {
    return Effect.tap(this.#whileTimePasses(this.#handle.triggerCheckpoint), () => this.settle)
  }

  /** Takes a checkpoint to go on from, by `TestPipeline.restore`. */
  get snapshot(): Effect.Effect<TestSnapshot, StepFailure | CheckpointRefused> {
    return Effect.gen({ self: this }, function* () {
      const checkpoint = yield* this.checkpoint
      const logs = new Map([...this.#ends.inputs].map(([uid, { input }]) => [uid, input.logs]))
      return { checkpoint, logs, storage: this.#storage.content, now: yield* this.#now }
    })
  }

  /** The attempt that is to read the n-th record from now on (1 is the next) fails instead, once. */
  failBeforeRecord(n: number, at: PushedTo = {}): Effect.Effect<void, TestMisuse> {
    return Effect.gen({ self: this }, function* () {
      const { input } = yield* this.#inputAt(at)
      input.failBefore(yield* this.#splitAt(at), n - 1)
    })
  }

  /** An operation of the storage fails. Virtual time passes where the job waits before it tries again. */
  failStorage(failure: PlannedFailure): void {
    this.#hasStorageFailures = true
    this.#storage.fail(failure)
  }

  report(): RunReport {
    return this.#handle.report()
  }

  get handle(): JobHandle {
    return this.#handle
  }

  /** Waits until the pipeline has come to rest (H1). */
  get settle(): Effect.Effect<void, StepFailure> {
    return Effect.gen({ self: this }, function* () {
      let quiet = 0
      let before = -1
      for (let turns = 0; turns < turnsMax; turns++) {
        yield* turn
        if (hasEnded(this.#handle)) return yield* Effect.asVoid(this.#handle.await)
        const now = this.#restedAt()
        quiet = now !== null && now === before ? quiet + 1 : 0
        before = now ?? -1
        if (quiet >= quietTurns) return
      }
      return yield* misuse(`The pipeline does not come to rest; it is ${this.#handle.report().state}.`)
    })
  }

  /** Elements that have been taken so far; null while there is something to take. */
  #restedAt(): number | null {
    if (this.#handle.status() !== "running") return null
    if (![...this.#ends.inputs.values()].every(({ input }) => input.isDrained)) return null
    const families = this.#handle.metrics()
    const taken = sumOf(families, "tidemark_task_elements_taken_total")
    return sumOf(families, "tidemark_task_elements_put_total") === taken ? taken : null
  }

  #whileTimePasses<B, E>(effect: Effect.Effect<B, E>): Effect.Effect<B, E> {
    if (!this.#hasStorageFailures) return effect
    return Effect.gen({ self: this }, function* () {
      const fiber = yield* Effect.forkChild(effect, { startImmediately: true })
      while (fiber.pollUnsafe() === undefined) {
        for (let turns = 0; turns < 20; turns++) yield* turn
        yield* this.#advance("100 millis")
      }
      return yield* Fiber.join(fiber)
    })
  }

  get #main(): TestOutput {
    const output = this.#ends.outputs.get(this.#ends.pipeline.sink.uid)
    if (output === undefined) throw new TestMisuse({ message: "The pipeline has no sink." })
    return output
  }

  #sinkBehind(side: string): string {
    const end = this.#ends.pipeline.sides.find((known) => known.side.name === side)
    return end?.next !== undefined && end.next !== null && "sink" in end.next ? end.next.sink.uid : side
  }

  #inputAt({ source }: PushedTo): Effect.Effect<ReplacedInput, TestMisuse> {
    const [first] = this.#ends.inputs.values()
    const found = source === undefined && this.#ends.inputs.size === 1 ? first : this.#ends.inputs.get(source ?? "")
    if (found !== undefined) return Effect.succeed(found)
    return misuse(
      `${source === undefined ? "Name the source" : `There is no source "${source}"`}. ${known(this.#ends.inputs)}`
    )
  }

  #splitAt({ split }: PushedTo): Effect.Effect<string, TestMisuse> {
    const [first, second] = this.#splits
    const found = split === undefined && second === undefined ? first : this.#splits.find((other) => other === split)
    if (found !== undefined) return Effect.succeed(found)
    return misuse(
      `${split === undefined ? "Name the split" : `There is no split "${split}"`}. There are: ${this.#splits.join(", ")}.`
    )
  }
}

const turn: Effect.Effect<void> = Effect.callback((resume) => {
  const handle = setImmediate(() => resume(Effect.void))
  return Effect.sync(() => clearImmediate(handle))
})

const hasEnded = (handle: JobHandle): boolean =>
  ["finished", "stopped", "cancelled", "failed"].includes(handle.status())

const sumOf = (families: ReadonlyArray<MetricFamily>, name: string): number =>
  families
    .filter((family) => family.name === name)
    .flatMap(({ samples }) => samples)
    .reduce((sum, { value }) => sum + value, 0)

const misuse = (message: string): Effect.Effect<never, TestMisuse> => Effect.fail(new TestMisuse({ message }))

const known = (of: ReadonlyMap<string, unknown>): string => `There are: ${[...of.keys()].join(", ")}.`
