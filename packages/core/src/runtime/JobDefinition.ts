import type { Schema } from "effect"
import type { CheckpointOptions, JobOptions } from "./JobOptions.ts"

/** A job module's options: the command line fills in storage and parallelism. */
export interface DefinedJob extends Omit<JobOptions, "checkpoint"> {
  readonly checkpoint?: Partial<CheckpointOptions>
  /** Records that the input holds in all, where known: the command line shows progress by it. */
  readonly expectedRecords?: number
}

/** What a job module exports by default; importing it has no effect. */
export interface JobDefinition<Args = never> {
  readonly _tag: "JobDefinition"
  /** Checks what stands behind `--` on the command line. */
  readonly args: Schema.Codec<Args, unknown>
  readonly make: (args: Args) => DefinedJob
}
