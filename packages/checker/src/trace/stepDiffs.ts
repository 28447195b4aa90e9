/** What each step of a walk has changed: only what differs, by slot and path. */
import type { Slot, StateVector } from "../engine/Engine.ts"
import type { Action } from "../system/Action.ts"
import { trusted } from "../system/trusted.ts"
import { canonicalText, isSnapshot } from "../values/canonical.ts"
import { jsonValue } from "../values/jsonValue.ts"
import { messageText, valueText } from "./valueText.ts"
import type { Walk } from "./walk.ts"

/** One changed place. */
export interface Change {
  readonly slot: Slot
  /** Within the value of the slot, such as `context.count`; empty for the whole of it. */
  readonly path: string
  /** As JSON-like data; undefined where there was nothing. */
  readonly before: unknown
  readonly after: unknown
}

export interface StepDiff {
  readonly action: Action
  readonly changes: ReadonlyArray<Change>
}

/** One for each step. Snapshots of machines are shown by state and context. */
export const stepDiffs = (walk: Walk): ReadonlyArray<StepDiff> =>
  walk.trace.steps.map((action, position) => {
    const [before, after] = [walk.states[position], walk.states[position + 1]]
    return { action, changes: before === undefined || after === undefined ? [] : changesOf(walk, before, after) }
  })

/** One line: `sink: context.count 1 -> 2`, or for what channels and operations hold `acks: + ack(n: 1)`. */
export const changeText = ({ slot, path, before, after }: Change): string => {
  const place = slot.kind === "component" ? slot.name : `${slot.kind} ${slot.name}`
  if (path === "" && Array.isArray(before) && Array.isArray(after)) {
    const show = slot.kind === "channel" ? (value: unknown) => messageText(trusted(value)) : valueText
    const moved = [...without(before, after, show, "-"), ...without(after, before, show, "+")]
    if (moved.length > 0) return `${place}: ${moved.join(", ")}`
  }
  const part = (value: unknown) => (value === undefined ? "nothing" : valueText(value))
  return `${place}: ${path === "" ? "" : `${path} `}${part(before)} -> ${part(after)}`
}

/** The elements of a list that another one does not have, each with the sign. */
const without = (
  list: ReadonlyArray<unknown>,
  other: ReadonlyArray<unknown>,
  show: (value: unknown) => string,
  sign: string
): ReadonlyArray<string> => {
  const left = other.map((value) => canonicalText(value, "a state"))
  return list.flatMap((value) => {
    const at = left.indexOf(canonicalText(value, "a state"))
    if (at >= 0) left.splice(at, 1)
    return at >= 0 ? [] : [`${sign} ${show(value)}`]
  })
}

const changesOf = ({ engine }: Walk, before: StateVector, after: StateVector): ReadonlyArray<Change> =>
  engine.slots.flatMap((slot, index) => {
    const [was, is] = [before[index] ?? 0, after[index] ?? 0]
    if (was === is) return []
    const read = (id: number): unknown => readable(slot, engine.valueOf(index, id))
    return differences(read(was), read(is), "").map((change) => ({ slot, ...change }))
  })

/** A component shows its state and timers, and what it keeps while it is down. */
const readable = (slot: Slot, value: unknown): unknown => {
  if (slot.kind === "unit") return isRecord(value) && value.isDown === true ? "down" : "up"
  if (slot.kind !== "component" || !isRecord(value)) return jsonValue(value)
  if (value.isRunning !== true) {
    return value.durable === undefined ? "down" : { down: true, keeps: jsonValue(value.durable) }
  }
  const { state, timers } = value
  const shown = jsonValue(state)
  return isRecord(shown) && isRecord(state) && isSnapshot(state)
    ? { ...shown, timers: jsonValue(timers) }
    : { state: shown, timers: jsonValue(timers) }
}

type Difference = Omit<Change, "slot">

const differences = (before: unknown, after: unknown, path: string): ReadonlyArray<Difference> => {
  if (canonicalText(before, "a state") === canonicalText(after, "a state")) return []
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length && path !== "") {
    return before.flatMap((value, index) => differences(value, after[index], `${path}[${index}]`))
  }
  if (!isRecord(before) || !isRecord(after)) return [{ path, before, after }]
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    differences(before[key], after[key], path === "" ? key : `${path}.${key}`)
  )
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
