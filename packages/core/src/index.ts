export * from "./model/index.ts"
export { Aggregate, type AggregateResult, type AggregateSpec } from "./operator/Aggregate.ts"
export { Window, type WindowResult, type WindowSpan } from "./operator/Window.ts"
export { Pipeline } from "./pipeline/Pipeline.ts"
export type {
  KeyedStream,
  SchemalessStream,
  SourceStream,
  Stream,
  WindowedStream
} from "./pipeline/Stream.ts"
export type { Inspection, Inspector } from "./runtime/Inspection.ts"
export { Job } from "./runtime/Job.ts"
export type { DefinedJob, JobDefinition } from "./runtime/JobDefinition.ts"
export {
  type CheckpointOptions,
  type JobModule,
  type JobOptions,
  type RestartOptions,
  Trigger
} from "./runtime/JobOptions.ts"
export type { Recovery, RunReport } from "./runtime/RunReport.ts"
export type { JobHandle } from "./runtime/startJob.ts"
