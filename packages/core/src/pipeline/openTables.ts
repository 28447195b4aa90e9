/** Opens the keyed tables of a task's operators, once each. */
import { invariant } from "../model/invariant.ts"
import type { OperatorStep } from "../operator/OperatorStep.ts"
import type { KeyedTable } from "../state/KeyedTable.ts"
import type { SubtaskState } from "../state/SubtaskState.ts"
import type { TaskPlan } from "./PhysicalPlan.ts"

export const openTables = (
  task: TaskPlan,
  state: SubtaskState
): ((step: OperatorStep, name: string) => KeyedTable<unknown>) => {
  const tables = new Map<OperatorStep, ReadonlyMap<string, KeyedTable<unknown>>>(
    task.steps.map((step) => [
      step,
      new Map(step.states.map((descriptor) => [descriptor.name, state.keyed(descriptor)]))
    ])
  )
  return (step, name) => {
    const table = tables.get(step)?.get(name)
    invariant(table !== undefined, "a step uses only the states that it declares", { step: step.uid, name })
    return table
  }
}
