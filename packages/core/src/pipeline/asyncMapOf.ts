/** What the compiler makes of a `mapAsync`, and what is wrong with it. */
import type { AsyncMap } from "../operator/mapAsync.ts"
import { durationInputText, wholeMillis } from "./durations.ts"
import type { AnySchema, LogicalOperator } from "./Graph.ts"

const capacityByDefault = 100

/** `record`: the schema of the records that it is given; null where nobody has told it, which is a problem of its own. */
export const asyncMapOf = (
  { call, options, uid }: Extract<LogicalOperator, { readonly _tag: "MapAsync" }>,
  record: AnySchema | null
): { readonly asyncMap: AsyncMap | null; readonly problems: ReadonlyArray<string> } => {
  const { capacity = capacityByDefault, onTimeout, order = "ordered", retry = null, schema, timeout } = options
  const timeoutMs = timeout === undefined ? null : wholeMillis(timeout)
  const problems = [
    ...(typeof call === "function" ? [] : [`mapAsync "${uid}" needs a function that answers a promise or an Effect.`]),
    ...(schema === undefined ? [`mapAsync "${uid}" needs the schema of its results; pass it { schema }.`] : []),
    ...(Number.isSafeInteger(capacity) && capacity > 0
      ? []
      : [`mapAsync "${uid}" has capacity ${capacity}; it must be a positive whole number.`]),
    ...(order === "ordered" || order === "unordered"
      ? []
      : [`mapAsync "${uid}" has order "${String(order)}"; it must be "ordered" or "unordered".`]),
    ...(timeout !== undefined && (timeoutMs === null || timeoutMs <= 0)
      ? [
          `mapAsync "${uid}" has timeout ${durationInputText(timeout)}; it must be a positive, whole number of milliseconds.`
        ]
      : []),
    ...(onTimeout !== null && timeout === undefined
      ? [`mapAsync "${uid}" has onTimeout but no timeout; give it one.`]
      : [])
  ]
  if (record === null) return { asyncMap: null, problems }
  const isOrdered = order === "ordered"
  return { asyncMap: { uid, call, isOrdered, capacity, timeoutMs, retry, onTimeout, record }, problems }
}
