/** The public face of pipelines: build one, compile it, look at it. */
import { compilePipeline } from "./compilePipeline.ts"
import { describeOperators } from "./describeOperators.ts"
import { explain } from "./explain.ts"
import type { Pipeline as FinishedPipeline } from "./Graph.ts"
import { makePipeline } from "./makePipeline.ts"

export type Pipeline = FinishedPipeline

export const Pipeline = {
  make: makePipeline,
  compile: compilePipeline,
  explain,
  describeOperators
} as const
