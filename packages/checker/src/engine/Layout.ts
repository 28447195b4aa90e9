/**
 * Which word of a state vector holds what, and where names point.
 *
 * L1 A system whose names are doubled or point nowhere is refused here, before anything runs.
 */
import type { Channel } from "../system/Channel.ts"
import type { System } from "../system/System.ts"
import type { Slot } from "./Engine.ts"
import { ModelError } from "./errors.ts"

export interface Layout {
  readonly slots: ReadonlyArray<Slot>
  readonly components: Names
  readonly channels: Names
  readonly resources: Names
  readonly units: Names
  readonly budgets: Names
  readonly stimuli: Names
  /** First word of each kind. */
  readonly channelsAt: number
  readonly resourcesAt: number
  readonly operationsAt: number
  readonly unitsAt: number
  readonly budgetsAt: number
  readonly stimuliAt: number
  readonly historyAt: number
  /** Receivers of each channel, and the channels that a component's end clears, as indexes. */
  readonly receivers: ReadonlyArray<ReadonlyArray<number>>
  readonly clearedWith: ReadonlyArray<ReadonlyArray<number>>
}

/** The parts of one kind, by name. */
export interface Names {
  readonly all: ReadonlyArray<string>
  /** Throws {@link ModelError} for a name that is not there; `where` says who used it. */
  readonly indexOf: (name: string, where: string) => number
  readonly find: (name: string) => number | undefined
}

export const layOut = (system: System): Layout => {
  const named = (kind: string, parts: ReadonlyArray<{ readonly name: string }> | undefined) =>
    namesOf(system.name, kind, parts?.map((part) => part.name) ?? [])
  const components = named("component", system.components)
  const channels = named("channel", system.channels)
  const resources = named("resource", system.resources)
  const units = named("crash unit", system.crashes)
  const stimuli = named("stimulus", system.stimuli)
  const budgets = namesOf(system.name, "fault", Object.keys(system.faults ?? {}))
  const slots: ReadonlyArray<Slot> = [
    ...slotsOf("component", components),
    ...slotsOf("channel", channels),
    ...slotsOf("resource", resources),
    ...slotsOf("operations", resources),
    ...slotsOf("unit", units),
    ...slotsOf("budget", budgets),
    ...slotsOf("stimulus", stimuli),
    ...(system.history === undefined ? [] : [{ kind: "history", name: "history" } as const])
  ]
  const at = (kind: Slot["kind"]) => {
    const found = slots.findIndex((slot) => slot.kind === kind)
    return found < 0 ? slots.length : found
  }
  const ends = (system.channels ?? []).map((channel) => endsOf(channel, components))
  for (const unit of system.crashes ?? []) {
    for (const name of unit.components) components.indexOf(name, `crash unit ${unit.name}`)
  }
  for (const budget of budgets.all) checkFault(budget, system)
  for (const group of system.symmetric ?? [])
    if (group.length < 2)
      throw new ModelError(`A symmetric group of ${system.name} has ${group.length} names; it takes at least two.`)
  return {
    ...{ slots, components, channels, resources, units, budgets, stimuli },
    channelsAt: at("channel"),
    resourcesAt: at("resource"),
    operationsAt: at("operations"),
    unitsAt: at("unit"),
    budgetsAt: at("budget"),
    stimuliAt: at("stimulus"),
    historyAt: at("history"),
    receivers: ends.map(({ receivers }) => receivers),
    clearedWith: components.all.map((_, index) =>
      ends.flatMap((end, channel) => (end.isCleared && end.all.includes(index) ? [channel] : []))
    )
  }
}

const slotsOf = (kind: Slot["kind"], names: Names): ReadonlyArray<Slot> => names.all.map((name) => ({ kind, name }))

const namesOf = (system: string, kind: string, all: ReadonlyArray<string>): Names => {
  const indexes = new Map<string, number>()
  for (const [index, name] of all.entries()) {
    if (indexes.has(name)) throw new ModelError(`System ${system} has two ${kind}s named "${name}". Rename one.`)
    indexes.set(name, index)
  }
  return {
    all,
    find: (name) => indexes.get(name),
    indexOf: (name, where) => {
      const index = indexes.get(name)
      if (index !== undefined) return index
      const known = all.length === 0 ? "there is none" : `there are: ${all.join(", ")}`
      throw new ModelError(`${where} names the ${kind} "${name}", which system ${system} does not have; ${known}.`)
    }
  }
}

const endsOf = (channel: Channel, components: Names) => {
  const where = `channel ${channel.name}`
  const to = typeof channel.to === "string" ? [channel.to] : channel.to
  if (to.length === 0) throw new ModelError(`Nobody reads ${where}: name its receiver in "to", or remove it.`)
  if (to.length > 1 && channel.kind !== "set") {
    throw new ModelError(`${where} has ${to.length} receivers; only a set may have several. Use one channel for each.`)
  }
  const receivers = to.map((name) => components.indexOf(name, where))
  const senders = channel.from === undefined ? [] : [components.indexOf(channel.from, where)]
  return { receivers, all: [...receivers, ...senders], isCleared: channel.whenDown !== "keep" }
}

const faultKinds = ["crash", "fails", "ambiguous", "late", "torn", "lose", "duplicate"]

const checkFault = (budget: string, system: System): void => {
  const kind = budget.slice(budget.lastIndexOf(".") + 1)
  const place = budget.slice(0, Math.max(0, budget.lastIndexOf(".")))
  if (!faultKinds.includes(kind)) {
    throw new ModelError(`System ${system.name} has a budget for "${budget}"; the kinds are ${faultKinds.join(", ")}.`)
  }
  const places = [...(system.channels ?? []), ...(system.resources ?? []), ...(system.crashes ?? [])]
  if (place !== "" && !places.some(({ name }) => name === place)) {
    throw new ModelError(
      `System ${system.name} has a budget for "${budget}", and no channel, resource or crash unit "${place}".`
    )
  }
}
