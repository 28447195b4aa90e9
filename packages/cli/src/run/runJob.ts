/** `tidemark run`: starts the job of a module, shows how it stands, and reports its end. */
import { FileStorage } from "@tidemark/backends/file"
import { type DefinedJob, Job, type JobHandle, type JobOptions, type RunReport } from "@tidemark/core"
import { Console, Effect, Fiber, Result } from "effect"
import { serveControl } from "../control/serveControl.ts"
import { StoppedAtOnce } from "../failures.ts"
import { checkParallelism } from "../job/checkParallelism.ts"
import { loadJob } from "../job/loadJob.ts"
import { makePaint } from "../output/paint.ts"
import { stderr } from "../output/StatusOutput.ts"
import type { Signals, StopSignal } from "../signals.ts"
import { endedBeforeText, readEndedBefore } from "./endedBefore.ts"
import { logJob } from "./jobLog.ts"
import { collectorLayer, type Observation, type ObserveRequest, openObservation } from "./observeRun.ts"
import { reportText } from "./reportText.ts"
import { chooseResume } from "./resumeChoice.ts"
import { watchProgress } from "./watchProgress.ts"

export interface RunRequest {
  readonly module: string
  readonly args: ReadonlyArray<string>
  /** Directory; null leaves it to the job, and to the default if that names none. */
  readonly checkpoints: string | null
  readonly resume: string | null
  /** Whose the checkpoint is that `resume` names; null leaves it as it is. */
  readonly claim: boolean | null
  readonly parallelism: number | null
  readonly threads: number | null
  readonly rewindOutput: boolean
  readonly isJson: boolean
  readonly observe: ObserveRequest
}

export const defaultCheckpoints = ".tidemark/checkpoints"

export const runJob = Effect.fnUntraced(function* (request: RunRequest, signals: Signals | null) {
  const parallelism = yield* checkParallelism(request.parallelism)
  const job = yield* loadJob(request)
  const options = yield* makeOptions(job, { ...request, parallelism })
  const { isJson, observe } = request
  const { name } = job.pipeline
  const run = Effect.flatMap(openObservation(observe, name), (observation) =>
    runToEnd(options, { signals, isJson, observation, expected: job.expectedRecords ?? null })
  )
  yield* Effect.provide(Effect.scoped(run), collectorLayer(observe.otlpUrl, name))
})

const makeOptions = Effect.fnUntraced(function* (
  job: DefinedJob,
  { checkpoints, claim, parallelism, resume, rewindOutput, threads }: Omit<RunRequest, "module" | "args" | "observe">
) {
  const { expectedRecords: _, ...own } = job
  const storage =
    checkpoints === null ? (job.checkpoint?.storage ?? FileStorage.at(defaultCheckpoints)) : FileStorage.at(checkpoints)
  const options: JobOptions = {
    ...own,
    checkpoint: { ...job.checkpoint, storage },
    ...(parallelism === null ? {} : { parallelism }),
    ...(threads === null ? {} : { threads }),
    ...(resume === null ? {} : { resume: yield* chooseResume(resume, claim, { name: job.pipeline.name, storage }) }),
    ...(rewindOutput ? { rewindOutput } : {})
  }
  return options
})

interface Watching {
  readonly signals: Signals | null
  readonly isJson: boolean
  readonly expected: number | null
  readonly observation: Observation
}

const runToEnd = Effect.fnUntraced(function* (
  options: JobOptions,
  { expected, isJson, observation, signals }: Watching
) {
  const handle = yield* Job.start(options)
  const stopping = stopOnSignals(handle, signals)
  yield* serveControl(handle, options.checkpoint.storage)
  yield* observation.observe(handle)
  const watched = stderr.isJson
    ? logJob(handle, stderr)
    : watchProgress({ report: handle.report, expectedRecords: expected }, stderr)
  const progress = yield* Effect.forkScoped(watched)
  const ended = yield* Effect.result(handle.await)
  // A log ends with the job; a status line must not outlive it.
  if (stderr.isJson) yield* Effect.timeoutOption(Fiber.await(progress), "1 second")
  yield* Fiber.interrupt(progress)
  stderr.clear()
  if (Result.isFailure(ended)) {
    if (isJson) yield* printJson({ ...handle.report(), error: ended.failure.message })
    else yield* Console.log(reportText(handle.report(), paint))
    return yield* Effect.fail(ended.failure)
  }
  const report = ended.success
  if (report.outcome === "alreadyEnded") {
    const before = yield* readEndedBefore(options.checkpoint.storage, report)
    if (isJson) yield* printJson({ ...before.report, end: before.end })
    yield* (isJson ? Console.error : Console.log)(endedBeforeText(before))
    return
  }
  yield* isJson ? printJson(report) : Console.log(reportText(report, paint))
  const forced = stopping.forced()
  if (forced !== null && report.outcome === "stopped") {
    return yield* new StoppedAtOnce({ job: report.job, signal: forced })
  }
})

const paint = makePaint(process.stdout, process.env)

const printJson = (report: RunReport & { readonly error?: string; readonly end?: string }): Effect.Effect<void> =>
  Console.log(JSON.stringify(report))

/** Answers which signal has ended the job before it could stop in good order. */
const stopOnSignals = (handle: JobHandle, signals: Signals | null): { readonly forced: () => StopSignal | null } => {
  let forced: StopSignal | null = null
  signals?.listen((signal, count) => {
    if (count > 1) forced = signal
    stderr.line(
      count > 1
        ? `${signal}: stopping at once`
        : `${signal}: taking one more checkpoint, then the end; once more stops at once`
    )
    Effect.runFork(Effect.ignore(handle.stop()))
  })
  return { forced: () => forced }
}
