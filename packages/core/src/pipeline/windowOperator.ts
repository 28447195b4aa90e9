/** What the compiler makes of an aggregation by window: its step and the schema of its results, and what is wrong with it. */
import { Schema } from "effect"
import { isAggregate } from "../operator/Aggregate.ts"
import { makeAggregation } from "../operator/aggregation.ts"
import { fieldsRead } from "../operator/fieldsRead.ts"
import type { KeySelector } from "../operator/keySelector.ts"
import type { OperatorStep } from "../operator/OperatorStep.ts"
import { slidingAggregateStep } from "../operator/slidingAggregate.ts"
import { windowAggregateStep } from "../operator/windowAggregate.ts"
import type { AnySchema, LogicalOperator } from "./Graph.ts"
import { type WindowShape, windowShape } from "./windowShape.ts"

type WindowOperator = Extract<LogicalOperator, { readonly _tag: "WindowAggregate" }>

/** The problems of the shape stand in the shape. */
export const checkWindow = ({
  spec,
  uid,
  window
}: WindowOperator): { readonly shape: WindowShape; readonly problems: ReadonlyArray<string> } => ({
  shape: windowShape(uid, window),
  problems: isAggregate(spec) ? [] : fieldProblems(uid, Object.keys(spec))
})

export const windowOperator = (
  { late, spec, uid }: WindowOperator,
  { everyMs, kind, sizeMs }: WindowShape,
  { restore: restoreKey, schema: key }: KeySelector
): { readonly step: OperatorStep; readonly schema: AnySchema } => {
  const aggregation = makeAggregation(spec)
  const description = `${kind}: ${aggregation.description}`
  const tag = late === null ? null : late.name
  const options = { uid, kind, description, sizeMs, aggregation, key, restoreKey, late: tag }
  const step = everyMs === null ? windowAggregateStep(options) : slidingAggregateStep({ ...options, everyMs })
  // A late record goes on as it is.
  const reads = late === null ? fieldsRead(spec) : null
  return { step: reads === null ? step : { ...step, reads }, schema: windowResultSchema(key, aggregation.result) }
}

const fieldProblems = (uid: string, fields: ReadonlyArray<string>): ReadonlyArray<string> => [
  ...(fields.length === 0 ? [`Aggregation "${uid}" aggregates nothing; name at least one aggregate.`] : []),
  ...(fields.includes("__proto__") ? [`Aggregation "${uid}" has a field "__proto__"; use another name.`] : [])
]

const windowResultSchema = (key: AnySchema, value: AnySchema): AnySchema =>
  Schema.Struct({ key, window: Schema.Struct({ start: Schema.Int, end: Schema.Int }), value })
