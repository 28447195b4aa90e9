/** Checks the trace of a real job as one behaviour of the whole system. */
import type { JobOptions } from "@tidemark/core"
import { Result } from "effect"
import type { Conformance } from "../../packages/checker/src/conformance/Conformance.ts"
import { conforms } from "../../packages/checker/src/conformance/conforms.ts"
import { compilePipeline } from "../../packages/core/src/pipeline/compilePipeline.ts"
import type { Resume } from "../../packages/core/src/protocol/policy.ts"
import { type ResumeChoice, resolveOptions } from "../../packages/core/src/runtime/JobOptions.ts"
import { observeTraced } from "./system/observe.ts"
import type { RunOptions } from "./system/RunShape.ts"
import { tracedSystem, traceProperties } from "./system/tracedSystem.ts"
import type { TraceLine } from "./TraceLine.ts"

/** What went wrong on purpose: anything else that goes wrong does not conform. */
export interface DeclaredFaults {
  readonly failures?: number
  readonly refusedAppends?: number
}

export const checkTrace = (
  job: JobOptions,
  trace: ReadonlyArray<TraceLine>,
  { failures = 0, refusedAppends = 0 }: DeclaredFaults = {}
): Conformance<TraceLine> => {
  const settings = Result.getOrThrow(resolveOptions(job))
  const { checkpointPolicy, restartPolicy } = settings
  const resume = resumeOf(settings.resume)
  const plan = Result.getOrThrow(compilePipeline(settings.pipeline))
  const options: RunOptions = { plan, checkpointPolicy, restartPolicy, resume, failures, refusedAppends }
  const traced = tracedSystem(options, trace)
  return conforms(traced.system, trace, observeTraced(traced), { properties: traceProperties })
}

/** A trace says nothing of paths: its checkpoints are named by their ids. */
const resumeOf = (choice: ResumeChoice): Resume => {
  if (typeof choice !== "object") return choice
  if (typeof choice.from === "string") throw new Error("Name the checkpoint of a traced job by its id.")
  return { from: choice.from }
}

/** A short text for the message of a failed test. */
export const describeConformance = (verdict: Conformance<TraceLine>, trace: ReadonlyArray<TraceLine>): string => {
  if (verdict.conforms) return "conforms"
  const { at, cutOff, expected, state, violated } = verdict
  const line = (value: unknown) => JSON.stringify(value)
  return [
    `line ${at} of ${trace.length} is not explained${cutOff.length > 0 ? ` (cut off: ${cutOff})` : ""}`,
    ...trace.slice(Math.max(0, at - 6), at).map((before) => `  before   ${line(before)}`),
    `  line     ${line(verdict.observation)}`,
    ...expected.map((other) => `  possible ${line(other)}`),
    ...violated.map(({ detail, property }) => `  violates ${property}: ${detail}`),
    ...state
      .filter(({ slot }) => slot.kind === "channel" || slot.kind === "operations")
      .filter(({ value }) => Array.isArray(value) && value.length > 0)
      .map(({ slot, value }) => `  holds    ${slot.name}: ${line(value)}`)
  ].join("\n")
}
