/** Everything that has been remembered of a system so far. */
import type { System } from "../system/System.ts"
import { Interner } from "../values/Interner.ts"
import { ActionTable } from "./ActionTable.ts"
import { ChannelTable } from "./ChannelTable.ts"
import { ComponentTable, type StepRef } from "./ComponentTable.ts"
import { HistoryTable } from "./HistoryTable.ts"
import { type Layout, layOut } from "./Layout.ts"
import { type Flight, type Interners, Programs } from "./Programs.ts"
import { ResourceTable } from "./ResourceTable.ts"

export interface Tables {
  readonly layout: Layout
  readonly interners: Interners
  readonly programs: Programs
  readonly actions: ActionTable
  readonly components: ReadonlyArray<ComponentTable>
  readonly channels: ReadonlyArray<ChannelTable>
  readonly resources: ReadonlyArray<ResourceTable>
  readonly history: HistoryTable
}

export const makeTables = (
  system: System,
  noteStep: (name: string, again: () => StepRef, first: StepRef) => void
): Tables => {
  const layout = layOut(system)
  const interners: Interners = {
    messages: new Interner("a message"),
    flights: new Interner<Flight>("an operation"),
    inputs: new Interner("an input"),
    facts: new Interner("a fact")
  }
  const programs = new Programs(layout, interners)
  const actions = new ActionTable(interners)
  return {
    layout,
    interners,
    programs,
    actions,
    components: system.components.map(
      (component) =>
        new ComponentTable({
          component,
          interners,
          programs,
          actions,
          noteStep: (again, first) => noteStep(component.name, again, first)
        })
    ),
    channels: (system.channels ?? []).map((channel) => new ChannelTable(channel, interners.messages)),
    resources: (system.resources ?? []).map((resource) => new ResourceTable(resource, interners, programs)),
    history: new HistoryTable(system.history, interners)
  }
}
