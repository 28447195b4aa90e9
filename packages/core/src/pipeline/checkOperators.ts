/**
 * Whether a pipeline fits what a checkpoint has recorded of the pipeline that wrote it.
 *
 * Operators and states may be added: they start empty. What the checkpoint holds must find its operator by uid.
 */
import { Result, Schema } from "effect"
import type { Json } from "../model/Json.ts"
import { compareStates } from "../state/compareDescriptors.ts"
import type { OperatorDescriptor } from "./describeOperators.ts"

const RecordedState = Schema.Struct({
  operator: Schema.String,
  name: Schema.String,
  kind: Schema.Literals(["value", "list", "map", "reducing", "aggregating", "window", "timer"]),
  codec: Schema.Int,
  key: Schema.Json,
  value: Schema.Json
})

const RecordedOperators = Schema.Array(
  Schema.Struct({ uid: Schema.String, kind: Schema.String, states: Schema.Array(RecordedState) })
)

const decode = Schema.decodeUnknownResult(RecordedOperators)

/** The problems as complete sentences, none if the checkpoint can be restored into the pipeline. */
export const checkOperators = (recorded: Json, current: ReadonlyArray<OperatorDescriptor>): ReadonlyArray<string> => {
  const decoded = decode(recorded)
  if (Result.isFailure(decoded)) return ["The checkpoint's list of operators cannot be read."]
  return decoded.success.flatMap((operator) => {
    const match = current.find((candidate) => candidate.uid === operator.uid)
    if (match === undefined) {
      return [`Operator "${operator.uid}" (${operator.kind}) is in the checkpoint but no longer in the pipeline.`]
    }
    if (match.kind !== operator.kind) {
      return [`Operator "${operator.uid}" was a ${operator.kind} and is now a ${match.kind}.`]
    }
    return compareStates(operator.states, match.states)
  })
}
