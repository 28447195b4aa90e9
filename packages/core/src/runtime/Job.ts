/**
 * Running a pipeline as a job: for Effect, as promises, and as a module that the command line runs.
 */
import { Effect, type Schema, type Scope } from "effect"
import type { JobFailed, JobModuleInvalid, PipelineInvalid, StorageFailure, StorageLocked } from "../model/errors.ts"
import type { Json } from "../model/Json.ts"
import type { DefinedJob, JobDefinition } from "./JobDefinition.ts"
import type { JobHandle } from "./JobHandle.ts"
import { defaultThreads, type JobOptions } from "./JobOptions.ts"
import { importJobDefinition, loadJobModule } from "./loadJobModule.ts"
import { type PromiseJob, startPromiseJob } from "./PromiseJob.ts"
import type { RunReport } from "./RunReport.ts"
import { startJob } from "./startJob.ts"

export const Job = {
  /** Describes a job that the command line can run: the schema of its arguments, and its options given these. */
  define: <Args>(args: Schema.Codec<Args, unknown>, make: (args: Args) => DefinedJob): JobDefinition<Args> => ({
    _tag: "JobDefinition",
    args,
    make
  }),

  /** The definition that a module exports by default. Fails: `JobModuleInvalid`, naming the module as a user knows it. */
  importDefinition: (module: URL, shownAs: string): Effect.Effect<JobDefinition<unknown>, JobModuleInvalid> =>
    importJobDefinition(module.href, shownAs),

  /**
   * The job of a module, with arguments as the schema of its arguments encodes them to JSON. A job that is loaded so can
   * work in worker threads: each loads the module itself.
   */
  load: (module: URL | string, args: Json): Effect.Effect<DefinedJob, JobModuleInvalid> =>
    loadJobModule(module instanceof URL ? module.href : module, args),

  /** Worker threads that a job gets unless it says how many: with a module one per subtask, at most one per core. */
  defaultThreads,

  /** Starts a job that ends with the scope: closing it stops the job at once, resumable. */
  start: (
    options: JobOptions
  ): Effect.Effect<JobHandle, PipelineInvalid | StorageFailure | StorageLocked, Scope.Scope> => startJob(options),

  /** As `start`, for code without Effect: the job ends with `await`, `close`, or the block that uses it. */
  startPromise: (options: JobOptions): Promise<PromiseJob> => startPromiseJob(options),

  /** Starts a job and waits for its end. */
  run: (options: JobOptions): Effect.Effect<RunReport, PipelineInvalid | StorageFailure | StorageLocked | JobFailed> =>
    Effect.scoped(Effect.flatMap(startJob(options), (job) => job.await)),

  /** As `run`, for code without Effect. Rejects with the same errors. */
  runPromise: (options: JobOptions): Promise<RunReport> => Effect.runPromise(Job.run(options))
} as const
