/** `tidemark run`: starts the job of a module, shows how it stands, and reports its end. */
import { FileStorage } from "@tidemark/backends/file"
import { type DefinedJob, Job, type JobHandle, type JobOptions, type RunReport } from "@tidemark/core"
import { Console, Effect, Fiber, Result } from "effect"
import { StoppedAtOnce } from "../failures.ts"
import { checkParallelism } from "../job/checkParallelism.ts"
import { loadJob } from "../job/loadJob.ts"
import { makePaint } from "../output/paint.ts"
import { stderr } from "../output/StatusOutput.ts"
import type { Signals, StopSignal } from "../signals.ts"
import { endedBeforeText, readEndedBefore } from "./endedBefore.ts"
import { reportText } from "./reportText.ts"
import { chooseResume } from "./resumeChoice.ts"
import { watchProgress } from "./watchProgress.ts"

export interface RunRequest {
  readonly module: string
  readonly args: ReadonlyArray<string>
  /** Directory; null leaves it to the job, and to the default if that names none. */
  readonly checkpoints: string | null
  readonly resume: string | null
  readonly parallelism: number | null
  readonly threads: number | null
  readonly rewindOutput: boolean
  readonly isJson: boolean
}

export const defaultCheckpoints = ".tidemark/checkpoints"

export const runJob = Effect.fnUntraced(function* (request: RunRequest, signals: Signals | null) {
  const parallelism = yield* checkParallelism(request.parallelism)
  const job = yield* loadJob(request)
  const options = yield* makeOptions(job, { ...request, parallelism })
  yield* Effect.scoped(runToEnd(options, { signals, isJson: request.isJson, expected: job.expectedRecords ?? null }))
})

const makeOptions = Effect.fnUntraced(function* (
  job: DefinedJob,
  { checkpoints, parallelism, resume, rewindOutput, threads }: Omit<RunRequest, "module" | "args">
) {
  const { expectedRecords: _, ...own } = job
  const storage =
    checkpoints === null ? (job.checkpoint?.storage ?? FileStorage.at(defaultCheckpoints)) : FileStorage.at(checkpoints)
  const options: JobOptions = {
    ...own,
    checkpoint: { ...job.checkpoint, storage },
    ...(parallelism === null ? {} : { parallelism }),
    ...(threads === null ? {} : { threads }),
    ...(resume === null ? {} : { resume: yield* chooseResume(resume, { name: job.pipeline.name, storage }) }),
    ...(rewindOutput ? { rewindOutput } : {})
  }
  return options
})

interface Watching {
  readonly signals: Signals | null
  readonly isJson: boolean
  readonly expected: number | null
}

const runToEnd = Effect.fnUntraced(function* (options: JobOptions, { expected, isJson, signals }: Watching) {
  const handle = yield* Job.start(options)
  const stopping = stopOnSignals(handle, signals)
  const progress = yield* Effect.forkScoped(watchProgress({ report: handle.report, expectedRecords: expected }, stderr))
  const ended = yield* Effect.result(handle.await)
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
    Effect.runFork(handle.stop)
  })
  return { forced: () => forced }
}
