/** What the successors of a state need to know of a system beforehand: who receives what, and which fault costs what. */
import type { System } from "../system/System.ts"
import type { ChannelTable } from "./ChannelTable.ts"
import { outcomes, type ResourceTable } from "./ResourceTable.ts"
import type { Tables } from "./Tables.ts"

interface Receiver {
  readonly component: number
  readonly deliverKind: number
  readonly duplicateKind: number
  /** Word of the budget, or -1: it does not happen. */
  readonly duplicate: number
}

interface WiredChannel {
  readonly index: number
  readonly table: ChannelTable
  readonly receivers: ReadonlyArray<Receiver>
  readonly lose: number
  readonly loseKind: number
}

interface WiredOutcome {
  /** Index into {@link outcomes}. */
  readonly outcome: number
  readonly kind: number
  /** Word of the budget, or -1: it costs nothing. */
  readonly budget: number
}

interface WiredResource {
  readonly index: number
  readonly table: ResourceTable
  readonly awaited: ReadonlyArray<WiredOutcome>
  readonly unawaited: ReadonlyArray<WiredOutcome>
}

export class Wiring {
  readonly channels: ReadonlyArray<WiredChannel>
  readonly resources: ReadonlyArray<WiredResource>
  readonly capacities: ReadonlyArray<{ readonly index: number; readonly name: string; readonly capacity: number }>
  readonly stimuli: ReadonlyArray<{
    readonly index: number
    readonly kind: number
    readonly code: number
    readonly program: number
  }>
  readonly units: ReturnType<typeof wireUnits>

  constructor(system: System, tables: Tables) {
    const { layout, actions, programs } = tables
    const budgetOf = (place: string, kind: string): number => {
      const own = layout.budgets.find(`${place}.${kind}`) ?? layout.budgets.find(kind)
      return own === undefined ? -1 : layout.budgetsAt + own
    }
    this.channels = tables.channels.map((table, index) => {
      const { name } = table.channel
      return {
        index,
        table,
        lose: budgetOf(name, "lose"),
        loseKind: actions.classId({ _tag: "Lose", channel: name }),
        receivers: (layout.receivers[index] ?? []).map((component) => {
          const ends = { channel: name, to: layout.components.all[component] ?? "" }
          return {
            component,
            deliverKind: actions.classId({ _tag: "Deliver", ...ends }),
            duplicateKind: actions.classId({ _tag: "Duplicate", ...ends }),
            duplicate: budgetOf(name, "duplicate")
          }
        })
      }
    })
    this.capacities = tables.channels.flatMap(({ channel: { name, capacity } }, index) =>
      capacity === undefined ? [] : [{ index, name, capacity }]
    )
    this.resources = tables.resources.map((table, index) => {
      const wire = (outcome: number) => {
        const name = outcomes[outcome] ?? "ok"
        const kind = actions.classId({ _tag: "Operation", resource: table.resource.name, outcome: name })
        return { outcome, kind, budget: faulty.has(name) ? budgetOf(table.resource.name, name) : -1, name }
      }
      const wired = outcomes.map((_, outcome) => wire(outcome))
      const awaited = wired.filter(
        ({ name, budget }) => name === "ok" || (faulty.has(name) && budget >= 0 && table.hasOutcome(name))
      )
      const unawaited = wired.filter(({ name }) => name === "lands" || name === "vanishes")
      return { index, table, awaited, unawaited }
    })
    this.stimuli = (system.stimuli ?? []).map(({ name, effects }, index) => {
      const kind = actions.classId({ _tag: "Stimulus", stimulus: name })
      return { index, kind, code: actions.code(kind, 0), program: programs.compile(effects, null, `Stimulus ${name}`) }
    })
    this.units = wireUnits(system, tables, budgetOf)
  }
}

const faulty: ReadonlySet<string> = new Set(["fails", "ambiguous", "late", "torn"])

const wireUnits = (
  system: System,
  { layout, actions, programs }: Tables,
  budgetOf: (place: string, kind: string) => number
) =>
  (system.crashes ?? []).map(({ name, components, recover }, index) => {
    const crashKind = actions.classId({ _tag: "Crash", unit: name })
    const recoverKind = actions.classId({ _tag: "Recover", unit: name })
    return {
      index,
      components: components.map((component) => layout.components.indexOf(component, `Crash unit ${name}`)),
      budget: budgetOf(name, "crash"),
      /** The program of its recovery, or -1. */
      recover: recover === null ? -1 : programs.compile(recover, null, `Crash unit ${name}, recovering,`),
      ...{ crashKind, recoverKind },
      crashCode: actions.code(crashKind, 0),
      recoverCode: actions.code(recoverKind, 0)
    }
  })
