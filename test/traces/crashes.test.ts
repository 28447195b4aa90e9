/**
 * The flights job in processes of its own, killed with SIGKILL, each recording what it does: all processes of one job
 * together, with what each has left behind, are one behaviour of the system, crashes and recoveries included.
 */
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { FileStorage } from "@tidemark/backends/file"
import { JsonlFile } from "@tidemark/connectors/jsonl"
import { type JobOptions, Trigger } from "@tidemark/core"
import { Effect } from "effect"
import { seededRandom } from "../../packages/core/src/testing/seededRandom.ts"
import { AirportDay, flightDelays, flightsSource } from "../../packages/examples/src/flight-delays.ts"
import { temporaryDirectory } from "../conformance/storageSubjects.ts"
import type { KillableArgs } from "../faults/fixtures/killableArgs.ts"
import { type Ended, runNode, startNode } from "../support/runNode.ts"
import { seedOfRun } from "../support/seedOfRun.ts"
import { checkTrace, describeConformance } from "./checkTrace.ts"
import { parseTrace, TraceRecorder } from "./record.ts"
import type { TraceLine } from "./TraceLine.ts"

/** Rows of two row groups: at parallelism 2 both source subtasks have something to do. */
const limit = 300_000

/** For a machine that does a lot else. */
const timeout = 200_000

const killableJob = fileURLToPath(new URL("../faults/fixtures/killableJob.ts", import.meta.url))

const seed = seedOfRun("traces/crashes")
const random = seededRandom(seed)
const randomInt = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1))

/** A flights job in a directory of its own, process after process. */
class KilledJob {
  readonly #directory: string
  readonly #recorder = new TraceRecorder()
  #processes = 0

  constructor(directory: string) {
    this.#directory = directory
  }

  get trace(): ReadonlyArray<TraceLine> {
    return this.#recorder.trace
  }

  get #checkpoints(): string {
    return join(this.#directory, "checkpoints")
  }

  /** Runs a process until it kills itself at a kill point, or to its end. */
  run(how: { readonly parallelism: number; readonly killAt: string | null }) {
    const { args, file } = this.#next({ ...how, recordsPerCheckpoint: how.killAt === null ? null : 6_000 })
    return Effect.flatMap(runNode(args), (ended) => this.#over(ended, file))
  }

  /** Starts a process and kills it, so many lines of its trace and milliseconds later. */
  runUntil(moment: { readonly parallelism: number; readonly bytes: number; readonly laterMs: number }) {
    const { parallelism } = moment
    const { args, file } = this.#next({ parallelism, killAt: null, recordsPerCheckpoint: 6_000 })
    return Effect.scoped(
      Effect.gen({ self: this }, function* () {
        const { child, ended, hasEnded } = yield* startNode(args)
        // What happens in another process tells nobody.
        while (!hasEnded() && sizeOf(file) < moment.bytes) yield* Effect.sleep(2)
        yield* Effect.sleep(moment.laterMs)
        child.kill("SIGKILL")
        return yield* this.#over(yield* ended, file)
      })
    )
  }

  expectConforming(): void {
    const verdict = checkTrace(this.#options, this.trace)
    assert.isTrue(verdict.conforms, describeConformance(verdict, this.trace))
  }

  /** Without the process that was killed there, what the others did has no explanation. */
  expectMissed(killAt: string): void {
    const verdict = checkTrace(this.#options, withoutProcess(this.trace, points.indexOf(killAt)))
    assert.isFalse(verdict.conforms)
  }

  get #options(): JobOptions {
    const sink = JsonlFile.sink({ directory: join(this.#directory, "out"), schema: AirportDay })
    const storage = FileStorage.at(this.#checkpoints)
    return {
      pipeline: flightDelays(flightsSource({ limit }), sink),
      checkpoint: { storage, trigger: Trigger.every("15 millis"), retained: 1 }
    }
  }

  #next(how: Pick<KillableArgs, "parallelism" | "killAt" | "recordsPerCheckpoint">) {
    const file = join(this.#directory, `${++this.#processes}.jsonl`)
    const given: KillableArgs = {
      ...{ checkpoints: this.#checkpoints, out: join(this.#directory, "out"), limit, trace: file },
      ...how
    }
    return { args: ["--conditions=tidemark-source", killableJob, JSON.stringify(given)], file }
  }

  #over(ended: Ended, file: string) {
    this.#recorder.add(sizeOf(file) === 0 ? [] : parseTrace(readFileSync(file, "utf8")))
    return Effect.as(this.#recorder.ended(FileStorage.at(this.#checkpoints), "flight-delays"), ended)
  }
}

/** A process ends with what was found behind it. */
const withoutProcess = (trace: ReadonlyArray<TraceLine>, process: number): ReadonlyArray<TraceLine> => {
  const ends = trace.flatMap((line, at) => (line._tag === "Found" ? [at + 1] : []))
  return trace.filter((_, at) => at < (ends[process - 1] ?? 0) || at >= (ends[process] ?? 0))
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

const killedJob = Effect.map(temporaryDirectory, (directory) => new KilledJob(directory))

/** A process after the other is killed there; later ones also meet what earlier ones have left. */
const points = [
  "claim of an empty directory: after it was linked",
  "capture: after the first sink's object was linked",
  "manifest: after it was linked",
  "publication: the first sink is notified",
  "commit: between two parts of a checkpoint",
  "rollback: before it begins",
  "retention: between the entry and its objects"
]

const claims = (trace: ReadonlyArray<TraceLine>): number =>
  trace.filter((line) => line._tag === "Step" && line.event.type === "claim.appended").length

describe.concurrent(`the trace of a killed flights job is a behaviour of the system (seed ${seed})`, () => {
  it.live(
    "at steps of claim, capture, manifest, publication, commit, rollback and retention",
    () =>
      Effect.gen(function* () {
        const job = yield* killedJob
        for (const killAt of points) {
          const ended = yield* job.run({ parallelism: 2, killAt })
          assert.strictEqual(ended.signal, "SIGKILL", `not hit: ${killAt}\n${ended.stdout}${ended.stderr}`)
        }
        const ended = yield* job.run({ parallelism: 3, killAt: null })
        assert.strictEqual(ended.code, 0, ended.stderr)
        assert.strictEqual(claims(job.trace), points.length)
        job.expectConforming()
        job.expectMissed("publication: the first sink is notified")
      }),
    timeout
  )

  it.live(
    "at random moments, at parallelism 1, 3 and 2",
    () =>
      Effect.gen(function* () {
        const job = yield* killedJob
        for (const parallelism of [1, 3, 2]) {
          yield* job.runUntil({ parallelism, bytes: randomInt(1_000, 150_000), laterMs: randomInt(0, 20) })
        }
        const ended = yield* job.run({ parallelism: 2, killAt: null })
        assert.strictEqual(ended.code, 0, ended.stderr)
        assert.isAbove(claims(job.trace), 1)
        job.expectConforming()
      }),
    timeout
  )
})
