/** What a user chooses about a job, its defaults, and what of it the protocol gets to see. */
import { availableParallelism } from "node:os"
import { type Duration, Result } from "effect"
import { PipelineInvalid } from "../model/errors.ts"
import type { CheckpointId } from "../model/ids.ts"
import type { Json } from "../model/Json.ts"
import type { RestoreMode } from "../model/RestoreMode.ts"
import type { ChainMode } from "../pipeline/compileChain.ts"
import { type Pipeline, sinksOf, sourcesOf } from "../pipeline/Graph.ts"
import type { CheckpointMode, CheckpointPolicy, RestartPolicy, Resume } from "../protocol/policy.ts"
import type { CheckpointStorage } from "../storage/CheckpointStorage.ts"
import type { Backoff } from "./backoff.ts"
import type { Inspector } from "./Inspection.ts"
import { OptionReader } from "./optionReader.ts"
import { Restart, resolveRestart } from "./Restart.ts"
import { type ResolvedTrigger, resolveTrigger, Trigger } from "./Trigger.ts"

export interface CheckpointOptions {
  readonly storage: CheckpointStorage
  /** Every 10 seconds if left out. */
  readonly trigger?: Trigger
  /**
   * `exactly-once` if left out. With `at-least-once` no channel waits for the barriers of the others: after a failure
   * records may count twice, also in the output of a two-phase sink.
   */
  readonly mode?: CheckpointMode
  /** How long a checkpoint may take before it is invalidated as expired; 10 minutes if left out. */
  readonly timeout?: Duration.Input
  /** Least time from a completion to the next periodic trigger; none if left out. */
  readonly minPause?: Duration.Input
  /** Checkpoints that may be pending at the same time; 1 if left out. */
  readonly maxConcurrent?: number
  /** Failed checkpoints in a row before the attempt fails; 10 if left out. */
  readonly toleratedFailures?: number | "unlimited"
  /** Completed checkpoints to keep; 3 if left out. */
  readonly retained?: number
  /** Whether a checkpoint may hold only what has changed since an earlier one; true if left out. */
  readonly incremental?: boolean
}

/** A job as a thread can load it. */
export interface JobModule {
  /** URL of the module whose default export was made by `Job.define`. */
  readonly url: string
  /** The job's arguments, as the schema of its arguments encodes them to JSON. */
  readonly args: Json
}

/**
 * Which checkpoint a run starts from. `from` names a savepoint or a retained checkpoint, by id or by the path of its entry
 * in the log; `mode` says whose it is from then on: left out, a savepoint stays the user's and a checkpoint the job's.
 */
export type ResumeChoice =
  | Exclude<Resume, { readonly from: CheckpointId }>
  | { readonly from: CheckpointId | string; readonly mode?: RestoreMode }

export interface JobOptions {
  readonly pipeline: Pipeline
  readonly checkpoint: CheckpointOptions
  /** Subtasks per task; 1 if left out. */
  readonly parallelism?: number
  /** `on-failure` if left out. */
  readonly resume?: ResumeChoice
  /** `Restart.exponential()` if left out. */
  readonly restart?: Restart
  /** How long an orderly stop may take; 10 seconds if left out. */
  readonly stopTimeout?: Duration.Input
  /** How long a function of the pipeline may run before a warning names it; 10 seconds if left out. */
  readonly watchdog?: Duration.Input | "off"
  /** Remove visible output that is newer than the restored checkpoint, where the sink can. */
  readonly rewindOutput?: boolean
  readonly inspect?: Inspector
  /** Where worker threads load the job from; `Job.load` fills it in. Without it all subtasks share the calling thread. */
  readonly module?: JobModule
  /**
   * Worker threads; subtask `i` of every task works in thread `i` modulo their number. 0 is the calling thread. If left
   * out: with a module and a parallelism above 1 one per subtask, at most one per core; else 0.
   */
  readonly threads?: number
  /** MiB of JavaScript heap that a worker thread may use; Node's own limit if left out. State off the heap is not counted. */
  readonly threadHeapMax?: number
  /** `interpreted` runs the readable twins of the generated loops. */
  readonly chains?: ChainMode
}

export interface JobSettings {
  readonly pipeline: Pipeline
  readonly storage: CheckpointStorage
  readonly trigger: ResolvedTrigger
  readonly parallelism: number
  readonly resume: ResumeChoice
  readonly rewindOutput: boolean
  readonly inspect: Inspector | null
  readonly module: JobModule | null
  /** 0: the subtasks work in the thread of the coordinator. */
  readonly threads: number
  /** MiB; null for Node's own limit. */
  readonly threadHeapMax: number | null
  readonly chains: ChainMode
  /** Null: nobody watches. */
  readonly watchdogMs: number | null
  readonly checkpointPolicy: CheckpointPolicy
  readonly restartPolicy: RestartPolicy
  readonly backoff: Backoff
  readonly delays: Delays
}

/** Milliseconds behind the names of the protocol's timers. */
export interface Delays {
  readonly interval: number
  readonly minPause: number
  readonly checkpointTimeout: number
  readonly terminalRetry: number
  readonly stopTimeout: number
  readonly stable: number
  readonly forget: number
}

const parallelismMax = 128

/** Worker threads that a job gets if it does not say. */
export const defaultThreads = ({
  module,
  parallelism = 1,
  pipeline
}: Pick<JobOptions, "module" | "parallelism" | "pipeline">): number =>
  module === undefined || parallelism === 1 || isThreadLocal(pipeline)
    ? 0
    : Math.min(parallelism, availableParallelism())

const isThreadLocal = (pipeline: Pipeline): boolean => threadLocalProblems(pipeline).length > 0

const threadLocalProblems = (pipeline: Pipeline): ReadonlyArray<string> => [
  ...sinksOf(pipeline).flatMap(({ sink, uid }) =>
    sink.isThreadLocal === true
      ? [
          `Sink "${uid}" (${sink.description}) keeps its output in the memory of one thread: use threads 0, or a sink that others can reach.`
        ]
      : []
  ),
  ...sourcesOf(pipeline).flatMap(({ source, uid }) =>
    source.isThreadLocal === true
      ? [`Source "${uid}" (${source.description}) can be read in one thread only: use threads 0.`]
      : []
  )
]

const watchdogMin = 50

const resolveWatchdog = (limitMs: number, problems: Array<string>): number => {
  if (limitMs < watchdogMin)
    problems.push(`Option watchdog is ${limitMs} ms; use at least ${watchdogMin} ms, or "off".`)
  return limitMs
}

/** Fills in the defaults. Fails: `PipelineInvalid` for every option that cannot work. */
export const resolveOptions = (options: JobOptions): Result.Result<JobSettings, PipelineInvalid> => {
  const { checkpoint, pipeline } = options
  const read = new OptionReader()
  const { problems } = read
  const millis = (name: string, input: Duration.Input): number => read.millis(name, input)
  const whole = (name: string, value: number, from: number, to: number): number => read.whole(name, value, from, to)
  const trigger = resolveTrigger(checkpoint.trigger ?? Trigger.every("10 seconds"), read)
  const restarts = resolveRestart(options.restart ?? Restart.exponential(), read)
  const endless = sourcesOf(pipeline).find(({ source }) => !source.isBounded)
  for (const { sink, uid } of sinksOf(pipeline)) {
    if (trigger.policy !== "manual" || sink.delivery !== "two-phase" || endless === undefined) continue
    problems.push(
      `Sink "${uid}" shows output only after a checkpoint and source "${endless.uid}" never ends: choose a trigger.`
    )
  }
  const { mode } = checkpoint
  if (mode !== undefined && mode !== "exactly-once" && mode !== "at-least-once") {
    problems.push(`Option checkpoint.mode is ${JSON.stringify(mode)}; use "exactly-once" or "at-least-once".`)
  }
  const parallelism = whole("parallelism", options.parallelism ?? 1, 1, parallelismMax)
  const module = options.module ?? null
  const threads = whole("threads", options.threads ?? defaultThreads(options), 0, parallelism)
  if (threads > 0 && module === null) {
    problems.push("Option threads needs a job module that each thread can load: start the job with Job.load.")
  }
  if (threads > 0) problems.push(...threadLocalProblems(pipeline))
  const settings: JobSettings = {
    pipeline,
    storage: checkpoint.storage,
    trigger,
    parallelism,
    module,
    threads,
    threadHeapMax:
      options.threadHeapMax === undefined ? null : whole("threadHeapMax", options.threadHeapMax, 16, 1_048_576),
    resume: options.resume ?? "on-failure",
    rewindOutput: options.rewindOutput ?? false,
    inspect: options.inspect ?? null,
    chains: options.chains ?? "generated",
    watchdogMs:
      options.watchdog === "off"
        ? null
        : resolveWatchdog(millis("watchdog", options.watchdog ?? "10 seconds"), problems),
    checkpointPolicy: {
      trigger: trigger.policy,
      ...(mode === undefined ? {} : { mode }),
      concurrentMax: whole("checkpoint.maxConcurrent", checkpoint.maxConcurrent ?? 1, 1, 100),
      toleratedFailures:
        checkpoint.toleratedFailures === "unlimited"
          ? null
          : whole("checkpoint.toleratedFailures", checkpoint.toleratedFailures ?? 10, 0, 1_000_000),
      retained: whole("checkpoint.retained", checkpoint.retained ?? 3, 1, 1_000_000),
      queuedTriggersMax: 1_000,
      incremental: checkpoint.incremental ?? true
    },
    restartPolicy: restarts.policy,
    backoff: restarts.backoff,
    delays: {
      interval: trigger.intervalMs,
      minPause: millis("checkpoint.minPause", checkpoint.minPause ?? 0),
      checkpointTimeout: millis("checkpoint.timeout", checkpoint.timeout ?? "10 minutes"),
      terminalRetry: 1_000,
      stopTimeout: millis("stopTimeout", options.stopTimeout ?? "10 seconds"),
      stable: restarts.stableMs,
      forget: restarts.forgetMs
    }
  }
  return problems.length > 0
    ? Result.fail(new PipelineInvalid({ pipeline: pipeline.name, problems }))
    : Result.succeed(settings)
}
