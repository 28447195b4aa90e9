/** Traces as JSON: to keep them, to send them, to replay them later. */
import type { Action } from "../system/Action.ts"
import type { OperationOutcome } from "../system/Resource.ts"
import type { Trace } from "./Trace.ts"

/** Not a trace: the message says where in it, and what was expected. */
export class TraceInvalid extends Error {
  constructor(problem: string) {
    super(`${problem}. Give a trace as "toJson" writes it.`)
    this.name = "TraceInvalid"
  }
}

/** A trace as indented JSON, for `fromJson` and for `tidemark-check replay`. */
export const toJson = (trace: Trace): string => `${JSON.stringify(trace, null, 2)}\n`

/** Fails: throws {@link TraceInvalid}. */
export const fromJson = (text: string): Trace => {
  try {
    return traceFrom(JSON.parse(text))
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new TraceInvalid(`The trace is not JSON: ${cause.message}`)
  }
}

/** The trace that a value is. Fails: throws {@link TraceInvalid}. */
export const traceFrom = (value: unknown): Trace => {
  if (isTrace(value)) return value
  throw new TraceInvalid(problemOf(value) ?? "The trace is none")
}

const isTrace = (value: unknown): value is Trace => problemOf(value) === null

const problemOf = (value: unknown): string | null => {
  if (!isRecord(value)) return `The trace is ${kindOf(value)}, not a record`
  const { system, steps, loopsTo } = value
  if (typeof system !== "string") return `"system" of the trace is ${kindOf(system)}, not the name of a system`
  if (!Array.isArray(steps)) return `"steps" of the trace is ${kindOf(steps)}, not a list of actions`
  const list: ReadonlyArray<unknown> = steps
  const isIndex = typeof loopsTo === "number" && Number.isInteger(loopsTo) && loopsTo >= 0 && loopsTo <= list.length
  if (loopsTo !== null && !isIndex) {
    return `"loopsTo" of the trace is ${String(loopsTo)}, not null and not a step from 0 to ${list.length}`
  }
  for (const [index, step] of list.entries()) {
    const problem = problemOfAction(step)
    if (problem !== null) return `Step ${index + 1} of the trace ${problem}`
  }
  return null
}

interface Kind {
  readonly name: string
  readonly isRight: (value: unknown) => boolean
}

const text: Kind = { name: "a text", isRight: (value) => typeof value === "string" }
const textOrNull: Kind = { name: "a text or null", isRight: (value) => value === null || typeof value === "string" }
const anything: Kind = { name: "anything", isRight: () => true }
const message: Kind = {
  name: `a message: a record with a text "type"`,
  isRight: (value) => isRecord(value) && typeof value.type === "string"
}
const outcomes: Readonly<Record<OperationOutcome, true>> = {
  ...{ ok: true, fails: true, ambiguous: true, late: true, torn: true, lands: true, vanishes: true }
}
const outcome: Kind = {
  name: `one of ${Object.keys(outcomes).join(", ")}`,
  isRight: (value) => typeof value === "string" && Object.hasOwn(outcomes, value)
}

const fieldsOf: Readonly<Record<Action["_tag"], Readonly<Record<string, Kind>>>> = {
  Deliver: { channel: text, to: text, message },
  Duplicate: { channel: text, to: text, message },
  Lose: { channel: text, message },
  Timer: { component: text, timer: text },
  Internal: { component: text, event: message },
  Operation: { resource: text, outcome, operation: anything, from: textOrNull },
  Stimulus: { stimulus: text },
  Crash: { unit: text },
  Recover: { unit: text }
}

const isTag = (value: unknown): value is Action["_tag"] => typeof value === "string" && Object.hasOwn(fieldsOf, value)

const problemOfAction = (action: unknown): string | null => {
  if (!isRecord(action)) return `is ${kindOf(action)}, not an action`
  const { _tag: tag } = action
  if (!isTag(tag)) return `has the tag ${JSON.stringify(tag)}; the tags are ${Object.keys(fieldsOf).join(", ")}`
  const fields = fieldsOf[tag]
  for (const [name, kind] of Object.entries(fields)) {
    if (!kind.isRight(action[name])) return `(${tag}): "${name}" is ${kindOf(action[name])}, not ${kind.name}`
  }
  const other = Object.keys(action).find((name) => name !== "_tag" && !Object.hasOwn(fields, name))
  return other === undefined ? null : `(${tag}) has a field "${other}", which this kind of action does not have`
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const kindOf = (value: unknown): string => {
  if (value === undefined) return "missing"
  if (value === null) return "null"
  if (Array.isArray(value)) return "a list"
  return typeof value === "object" ? "a record" : `the ${typeof value} ${JSON.stringify(value)}`
}
