/** Opens the keyed tables of a task's operators, once each, and the rows of those that live off-heap. */
import { invariant } from "../model/invariant.ts"
import type { OperatorStep } from "../operator/OperatorStep.ts"
import { FixedTable } from "../state/fixed/FixedTable.ts"
import type { FixedLayout } from "../state/fixed/RowBlock.ts"
import type { RowStore } from "../state/fixed/RowStore.ts"
import type { KeyedTable } from "../state/KeyedTable.ts"
import { layoutOf } from "../state/layout.ts"
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

/** The layout of a step's state off-heap, or null for maps. */
export const fixedLayoutOf = (step: OperatorStep, name: string): FixedLayout | null => {
  const descriptor = step.states.find((state) => state.name === name)
  invariant(descriptor !== undefined, "a step uses only the states that it declares", { step: step.uid, name })
  const layout = layoutOf(descriptor)
  return layout._tag === "OffHeap" ? layout.layout : null
}

export const rowsOf = (table: KeyedTable<unknown>): RowStore => {
  invariant(table instanceof FixedTable, "a state is opened in the layout that its descriptor asks for")
  return table.rows
}
