export * from "./model/index.ts"
export { Aggregate, type AggregateResult, type AggregateSpec } from "./operator/Aggregate.ts"
export type { AsyncCall, AsyncFunction, MapAsyncOptions } from "./operator/mapAsync.ts"
export type { ListHandles, ListProcessContext, ListProcessDefinition, Lists } from "./operator/process/ListProcess.ts"
export type {
  Emit,
  ProcessContext,
  ProcessDefinition,
  ProcessTimers,
  StateHandles,
  States,
  Timer,
  TimersOfKey
} from "./operator/process/ProcessContext.ts"
export { SideOutput } from "./operator/SideOutput.ts"
export { Window, type WindowResult, type WindowSpan } from "./operator/Window.ts"
export { Pipeline } from "./pipeline/Pipeline.ts"
export type {
  From,
  KeyedStream,
  PipelineEnd,
  SchemalessStream,
  SourceStream,
  Stream,
  WindowedStream
} from "./pipeline/Stream.ts"
export type { CheckpointMode } from "./protocol/policy.ts"
export type { ChosenInterval, IntervalRule } from "./runtime/chooseInterval.ts"
export type { Inspection, Inspector } from "./runtime/Inspection.ts"
export { Job } from "./runtime/Job.ts"
export type { DefinedJob, JobDefinition } from "./runtime/JobDefinition.ts"
export type { JobFact, JobStatus } from "./runtime/JobFacts.ts"
export type { JobHandle, StopOptions } from "./runtime/JobHandle.ts"
export type { CheckpointOptions, JobModule, JobOptions } from "./runtime/JobOptions.ts"
export type { MetricFamily, MetricSample } from "./runtime/metrics/MetricFamily.ts"
export { Metrics } from "./runtime/metrics/Metrics.ts"
export type { MemoryReport } from "./runtime/metrics/memoryReport.ts"
export type { PromiseJob } from "./runtime/PromiseJob.ts"
export { type FailureRateOptions, type FixedDelayOptions, Restart, type RestartOptions } from "./runtime/Restart.ts"
export type { Recovery, RunReport } from "./runtime/RunReport.ts"
export type { Savepoint } from "./runtime/SavepointRequests.ts"
export { type AdaptiveOptions, type SingleTrigger, Trigger } from "./runtime/Trigger.ts"
export * as State from "./state/State.ts"
export type { AggregatingState, ListState, MapState, ReducingState, ValueState } from "./state/StateHandles.ts"
