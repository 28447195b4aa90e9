/** What a user chooses about a job, its defaults, and what of it the protocol gets to see. */
import { availableParallelism } from "node:os"
import { Duration, Result } from "effect"
import { PipelineInvalid } from "../model/errors.ts"
import type { Json } from "../model/Json.ts"
import type { ChainMode } from "../pipeline/compileChain.ts"
import type { Pipeline } from "../pipeline/Graph.ts"
import type { CheckpointPolicy, RestartPolicy, Resume } from "../protocol/policy.ts"
import type { CheckpointStorage } from "../storage/CheckpointStorage.ts"
import type { Inspector } from "./Inspection.ts"

/** When checkpoints are taken. A final one follows the end of the input whatever the trigger. */
export type Trigger =
  | { readonly _tag: "Every"; readonly interval: Duration.Input }
  | { readonly _tag: "Count"; readonly records: number }
  | { readonly _tag: "Manual" }

const manual: Trigger = { _tag: "Manual" }

export const Trigger = {
  /** At a fixed interval: the next trigger is due one interval after the last. */
  every: (interval: Duration.Input): Trigger => ({ _tag: "Every", interval }),
  /** After the sources have emitted so many records since the last trigger; batch-granular. */
  count: (records: number): Trigger => ({ _tag: "Count", records }),
  /** Only when asked for. */
  manual
}

export interface CheckpointOptions {
  readonly storage: CheckpointStorage
  /** Every 10 seconds if left out. */
  readonly trigger?: Trigger
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

/** Exponential delay with jitter between attempts. */
export interface RestartOptions {
  /** 1 second if left out. */
  readonly initialDelay?: Duration.Input
  /** 1 minute if left out. */
  readonly maxDelay?: Duration.Input
  /** Running for so long without a failure forgets the earlier ones; 10 minutes if left out. */
  readonly resetAfter?: Duration.Input
  /** Restarts in a row before the job fails; no limit if left out. */
  readonly maxRestarts?: number
}

/** A job as a thread can load it. */
export interface JobModule {
  /** URL of the module whose default export was made by `Job.define`. */
  readonly url: string
  /** The job's arguments, as the schema of its arguments encodes them to JSON. */
  readonly args: Json
}

export interface JobOptions {
  readonly pipeline: Pipeline
  readonly checkpoint: CheckpointOptions
  /** Subtasks per task; 1 if left out. */
  readonly parallelism?: number
  /** `on-failure` if left out. */
  readonly resume?: Resume
  readonly restart?: RestartOptions
  /** How long an orderly stop may take; 10 seconds if left out. */
  readonly stopTimeout?: Duration.Input
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
  readonly trigger: Trigger
  readonly parallelism: number
  readonly resume: Resume
  readonly rewindOutput: boolean
  readonly inspect: Inspector | null
  readonly module: JobModule | null
  /** 0: the subtasks work in the thread of the coordinator. */
  readonly threads: number
  /** MiB; null for Node's own limit. */
  readonly threadHeapMax: number | null
  readonly chains: ChainMode
  readonly checkpointPolicy: CheckpointPolicy
  readonly restartPolicy: RestartPolicy
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
  readonly backoffInitial: number
  readonly backoffMax: number
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

const isThreadLocal = ({ sink }: Pipeline): boolean => sink.sink.isThreadLocal ?? false

/** Fills in the defaults. Fails: `PipelineInvalid` for every option that cannot work. */
export const resolveOptions = (options: JobOptions): Result.Result<JobSettings, PipelineInvalid> => {
  const { checkpoint, pipeline, restart = {} } = options
  const trigger = checkpoint.trigger ?? Trigger.every("10 seconds")
  const problems: Array<string> = []
  const millis = (name: string, input: Duration.Input): number => {
    const duration = Duration.fromInput(input)
    const value = duration._tag === "Some" ? Duration.toMillis(duration.value) : Number.NaN
    if (Number.isFinite(value) && value >= 0) return value
    problems.push(`Option ${name} is ${JSON.stringify(input)}; use a duration like "5 seconds".`)
    return 0
  }
  const whole = (name: string, value: number, from: number, to: number): number => {
    if (!Number.isInteger(value) || value < from || value > to) {
      problems.push(`Option ${name} is ${value}; use a whole number from ${from} to ${to}.`)
    }
    return value
  }
  const interval = trigger._tag === "Every" ? millis("checkpoint.trigger", trigger.interval) : 0
  if (trigger._tag === "Every" && problems.length === 0 && interval < 10) {
    problems.push(`Option checkpoint.trigger is every ${interval} ms; use at least 10 ms.`)
  }
  if (trigger._tag === "Count") whole("checkpoint.trigger", trigger.records, 1, Number.MAX_SAFE_INTEGER)
  const { sink, source } = pipeline
  if (trigger._tag === "Manual" && sink.sink.delivery === "two-phase" && !source.source.isBounded) {
    problems.push(
      `Sink "${sink.uid}" shows output only after a checkpoint and source "${source.uid}" never ends: choose a trigger.`
    )
  }
  const parallelism = whole("parallelism", options.parallelism ?? 1, 1, parallelismMax)
  const module = options.module ?? null
  const threads = whole("threads", options.threads ?? defaultThreads(options), 0, parallelism)
  if (threads > 0 && module === null) {
    problems.push("Option threads needs a job module that each thread can load: start the job with Job.load.")
  }
  if (threads > 0 && isThreadLocal(pipeline)) {
    problems.push(
      `Sink "${sink.uid}" (${sink.sink.description}) keeps its output in the memory of one thread: use threads 0, or a sink that others can reach.`
    )
  }
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
    checkpointPolicy: {
      trigger: trigger._tag === "Every" ? "periodic" : trigger._tag === "Count" ? "count" : "manual",
      concurrentMax: whole("checkpoint.maxConcurrent", checkpoint.maxConcurrent ?? 1, 1, 100),
      toleratedFailures:
        checkpoint.toleratedFailures === "unlimited"
          ? null
          : whole("checkpoint.toleratedFailures", checkpoint.toleratedFailures ?? 10, 0, 1_000_000),
      retained: whole("checkpoint.retained", checkpoint.retained ?? 3, 1, 1_000_000),
      queuedTriggersMax: 1_000,
      incremental: checkpoint.incremental ?? true
    },
    restartPolicy: {
      restartsMax:
        restart.maxRestarts === undefined ? null : whole("restart.maxRestarts", restart.maxRestarts, 0, 1_000_000)
    },
    delays: {
      interval,
      minPause: millis("checkpoint.minPause", checkpoint.minPause ?? 0),
      checkpointTimeout: millis("checkpoint.timeout", checkpoint.timeout ?? "10 minutes"),
      terminalRetry: 1_000,
      stopTimeout: millis("stopTimeout", options.stopTimeout ?? "10 seconds"),
      stable: millis("restart.resetAfter", restart.resetAfter ?? "10 minutes"),
      backoffInitial: millis("restart.initialDelay", restart.initialDelay ?? "1 second"),
      backoffMax: millis("restart.maxDelay", restart.maxDelay ?? "1 minute")
    }
  }
  return problems.length > 0
    ? Result.fail(new PipelineInvalid({ pipeline: pipeline.name, problems }))
    : Result.succeed(settings)
}
