/**
 * What a manifest records of a pipeline: the operators that have state, by the user's names; those of `mapAsync` have
 * records in work. Steps without state are left out, so that adding or removing one does not make a checkpoint unfit.
 */
import type { OperatorUid } from "../model/ids.ts"
import type { OperatorStep } from "../operator/OperatorStep.ts"
import { describeState, type StateRecord } from "../state/describeState.ts"
import type { PhysicalPlan, TaskPlan } from "./PhysicalPlan.ts"

export interface OperatorDescriptor {
  readonly uid: OperatorUid
  readonly kind: string
  readonly states: ReadonlyArray<StateRecord>
}

/** In topological order; sources and sinks have no keyed states but are listed, since they have positions and transactions. */
export const describeOperators = (plan: PhysicalPlan): ReadonlyArray<OperatorDescriptor> =>
  plan.tasks.flatMap(describeTask)

const hasState = ({ asyncMap, lists, states }: OperatorStep): boolean =>
  states.length > 0 || asyncMap !== undefined || lists !== undefined

const describeTask = ({ input, output, steps }: TaskPlan): ReadonlyArray<OperatorDescriptor> => [
  ...(input._tag === "Source" ? [{ uid: input.uid, kind: "source", states: [] }] : []),
  ...steps.filter(hasState).map(({ kind, states, uid }) => ({ uid, kind, states: states.map(describeState) })),
  ...(output._tag === "Sink" ? [{ uid: output.uid, kind: "sink", states: [] }] : [])
]
