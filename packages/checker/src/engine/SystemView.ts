/** A {@link View} of the vector that is set; tells which words it reads. */
import { trusted } from "../system/trusted.ts"
import type { View } from "../system/View.ts"
import { ModelError } from "./errors.ts"
import type { Layout } from "./Layout.ts"
import type { Tables } from "./Tables.ts"

export class SystemView {
  vector: Int32Array
  readonly view: View

  constructor(tables: Tables, vector: Int32Array, onRead: (slot: number) => void) {
    this.vector = vector
    const { layout } = tables
    const read = (slot: number): number => {
      onRead(slot)
      return this.vector[slot] ?? 0
    }
    this.view = makeView(tables, layout, read)
  }
}

const makeView = (tables: Tables, layout: Layout, read: (slot: number) => number): View => {
  const lifeOf = (name: string) => {
    const index = layout.components.indexOf(name, "A property")
    return tables.components[index]?.lives.get(read(index))
  }
  const resourceOf = (name: string) => layout.resources.indexOf(name, "A property")
  return {
    of: (component) => {
      const life = lifeOf(component.name)
      return life?.isRunning === true ? trusted(life.state) : undefined
    },
    timers: (component) => {
      const life = lifeOf(component.name)
      return life?.isRunning === true ? life.timers : []
    },
    messages: ({ name }) => {
      const index = layout.channels.indexOf(name, "A property")
      return tables.channels[index]?.messagesOf(read(layout.channelsAt + index)) ?? []
    },
    resource: ({ name }) => {
      const index = resourceOf(name)
      return trusted(tables.resources[index]?.states.get(read(layout.resourcesAt + index)))
    },
    inFlight: ({ name }) => {
      const index = resourceOf(name)
      return tables.resources[index]?.flightsOf(read(layout.operationsAt + index)) ?? []
    },
    isDown: ({ name }) => read(layout.unitsAt + layout.units.indexOf(name, "A property")) === 1,
    faultsLeft: (fault) => read(layout.budgetsAt + layout.budgets.indexOf(fault, "A property")),
    history: () => {
      if (layout.historyAt === layout.slots.length) {
        throw new ModelError("A property reads the history, and the system has none: give it its `history`.")
      }
      return trusted(tables.history.states.get(read(layout.historyAt)))
    }
  }
}
