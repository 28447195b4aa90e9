/**
 * Whether a pipeline fits what a checkpoint has recorded of the pipeline that wrote it.
 *
 * Operators and states may be added: they start empty. What the checkpoint holds must find its operator by uid.
 */
import { Result, Schema } from "effect"
import type { Json } from "../model/Json.ts"
import { compareDescriptors } from "../state/compareDescriptors.ts"
import type { OperatorDescriptor, StateDescriptor } from "./describeOperators.ts"

const RecordedState = Schema.Struct({
  name: Schema.String,
  kind: Schema.String,
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
    return operator.states.flatMap((state) => checkState(operator.uid, state, match.states))
  })
}

const checkState = (
  uid: string,
  recorded: typeof RecordedState.Type,
  current: ReadonlyArray<StateDescriptor>
): ReadonlyArray<string> => {
  const subject = `state "${recorded.name}" of operator "${uid}"`
  const match = current.find((candidate) => candidate.name === recorded.name)
  if (match === undefined) return [`The checkpoint holds ${subject}, which the pipeline no longer has.`]
  return [
    ...(match.kind === recorded.kind
      ? []
      : [`The ${subject} was a ${recorded.kind} state and is now a ${match.kind} state.`]),
    ...compareDescriptors(recorded.key, match.key, `Key of ${subject}`),
    ...compareDescriptors(recorded.value, match.value, `Value of ${subject}`)
  ]
}
