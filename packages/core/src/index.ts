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
