/** Traces as JSON: to keep them, to send them, to replay them later. */
import type { Trace } from "./Trace.ts"

/** Not a trace: says where in it and what was expected. */
export class TraceInvalid extends Error {
  constructor(place: string, problem: string) {
    super(`${place} ${problem}. Give a trace as "toJson" writes it.`)
    this.name = "TraceInvalid"
  }
}

export const toJson = (trace: Trace): string => `${JSON.stringify(trace, null, 2)}\n`

/** Fails: throws {@link TraceInvalid}. */
export const fromJson = (text: string): Trace => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new TraceInvalid("The text", `is not JSON (${cause instanceof Error ? cause.message : String(cause)})`)
  }
  return traceFrom(value)
}

/** The trace that a value is. Fails: throws {@link TraceInvalid}. */
export const traceFrom = (value: unknown): Trace => {
  checkFields(value, "The trace", { system: text, steps: list, loopsTo: loopIndex })
  for (const [index, step] of value.steps.entries()) checkAction(step, `Step ${index + 1}`)
  if (isTrace(value)) return value
  throw new TraceInvalid("loopsTo of the trace", `is ${value.loopsTo}, and there are ${value.steps.length} steps`)
}
