/**
 * The successors of a state: every enabled action, applied to a scratch vector.
 *
 * S1 Actions come in a fixed order: components (timers, internal events), channels, operations, stimuli, crash units.
 * S2 An action is applied in one go: what it sends, starts and stops is there when it is over.
 */
import type { Action, ActionClass } from "../system/Action.ts"
import type { System } from "../system/System.ts"
import type { View } from "../system/View.ts"
import type { Engine, Slot, StateVector, VisitEdge } from "./Engine.ts"
import { guarded } from "./errors.ts"
import { Interpreter } from "./Interpreter.ts"
import { MemoPredicate } from "./MemoPredicate.ts"
import { outcomes } from "./ResourceTable.ts"
import { SystemView } from "./SystemView.ts"
import type { Tables } from "./Tables.ts"
import { Wiring } from "./Wiring.ts"

export class SystemEngine implements Engine {
  readonly system: System
  readonly width: number
  readonly initial: StateVector
  readonly slots: ReadonlyArray<Slot>
  readonly tables: Tables
  readonly stepCount: () => number
  readonly #interpreter: Interpreter
  readonly #wiring: Wiring
  readonly #next: StateVector
  readonly #stimulusGuards: ReadonlyArray<MemoPredicate<boolean> | null>
  readonly #bounds: ReadonlyArray<{ readonly name: string; readonly holds: MemoPredicate<boolean> }>
  readonly #view: SystemView

  constructor(system: System, tables: Tables, stepCount: () => number) {
    const { layout } = tables
    this.system = system
    this.tables = tables
    this.stepCount = stepCount
    this.slots = layout.slots
    this.width = layout.slots.length
    this.#interpreter = new Interpreter(tables)
    this.#wiring = new Wiring(system, tables)
    this.#next = new Int32Array(this.width)
    this.#stimulusGuards = (system.stimuli ?? []).map(({ name, when }) =>
      when === undefined
        ? null
        : new MemoPredicate(tables, (view) => guarded(`stimulus ${name}, "when",`, undefined, () => when(view)))
    )
    this.#bounds = Object.entries(system.bounds ?? {}).map(([name, holds]) => ({
      name,
      holds: new MemoPredicate(tables, (view) => guarded(`bound ${name}`, undefined, () => holds(view)))
    }))
    this.initial = this.#makeInitial()
    this.#view = new SystemView(tables, this.initial, () => {})
  }

  get classes(): ReadonlyArray<ActionClass> {
    return this.tables.actions.classes
  }

  describe(_state: StateVector, code: number): Action {
    return this.tables.actions.describe(code)
  }

  view(state: StateVector): View {
    return new SystemView(this.tables, state, () => {}).view
  }

  valueOf(slot: number, id: number): unknown {
    const { kind, name } = this.slots[slot] ?? { kind: "history", name: "" }
    const { layout, components, channels, resources, history } = this.tables
    switch (kind) {
      case "component":
        return components[slot]?.lives.get(id)
      case "channel":
        return channels[slot - layout.channelsAt]?.messagesOf(id)
      case "resource":
        return resources[slot - layout.resourcesAt]?.states.get(id)
      case "operations":
        return resources[slot - layout.operationsAt]?.flightsOf(id)
      case "history":
        return history.states.get(id)
      case "unit":
        return { unit: name, isDown: id === 1 }
      case "budget":
      case "stimulus":
        return id
    }
  }

  /** The bound or full channel beyond which nothing is explored, or null. */
  cutOffBy(state: StateVector): string | null {
    const { channelsAt } = this.tables.layout
    for (const { index, name, capacity } of this.#wiring.capacities) {
      const held = this.tables.channels[index]?.contentOf(state[channelsAt + index] ?? 0).length ?? 0
      if (held > capacity) return name
    }
    for (const { name, holds } of this.#bounds) if (!holds.ask(state, state, -1)) return name
    return null
  }

  successors(state: StateVector, visit: VisitEdge): void {
    this.#componentActions(state, visit)
    this.#channelActions(state, visit)
    this.#operationActions(state, visit)
    this.#stimuli(state, visit)
    this.#crashes(state, visit)
  }

  #makeInitial(): StateVector {
    const { layout, programs } = this.tables
    const state = new Int32Array(this.width)
    for (const [index, name] of layout.budgets.all.entries()) {
      state[layout.budgetsAt + index] = this.system.faults?.[name] ?? 0
    }
    for (const [index, { times }] of (this.system.stimuli ?? []).entries()) state[layout.stimuliAt + index] = times
    this.#interpreter.run(
      programs.compile(this.system.initially, null, `System ${this.system.name}, initially,`),
      state
    )
    return state
  }

  #begin(state: StateVector): StateVector {
    this.#next.set(state)
    return this.#next
  }

  #componentActions(state: StateVector, visit: VisitEdge): void {
    const { components } = this.tables
    for (let index = 0; index < components.length; index++) {
      const table = components[index]
      const life = state[index] ?? 0
      if (life === 0 || table === undefined || !table.isRunning(life)) continue
      for (const { message, kind, code, life: disarmed } of table.timers(life)) {
        const next = this.#begin(state)
        next[index] = disarmed
        this.#interpreter.step(index, message, next)
        visit(code, kind, next)
      }
      for (const { message, kind, code } of table.internal(life)) {
        const next = this.#begin(state)
        this.#interpreter.step(index, message, next)
        visit(code, kind, next)
      }
    }
  }

  #channelActions(state: StateVector, visit: VisitEdge): void {
    const { layout, channels, components, actions } = this.tables
    for (const { index, table, receivers, lose, loseKind } of this.#wiring.channels) {
      const slot = layout.channelsAt + index
      const content = state[slot] ?? 0
      if (content === 0) continue
      const name = channels[index]?.channel.name ?? ""
      for (const choice of table.choices(content)) {
        for (const { component, deliverKind, duplicateKind, duplicate } of receivers) {
          if (components[component]?.mayReceive(state[component] ?? 0, index, name) !== true) continue
          const next = this.#begin(state)
          next[slot] = choice.rest
          this.#interpreter.step(component, choice.message, next)
          visit(actions.code(deliverKind, choice.message), deliverKind, next)
          if (!choice.isDuplicable || duplicate < 0 || (state[duplicate] ?? 0) === 0) continue
          const twice = this.#begin(state)
          twice[duplicate] = (state[duplicate] ?? 0) - 1
          twice[slot] = choice.afterDuplicate
          this.#interpreter.step(component, choice.message, twice)
          visit(actions.code(duplicateKind, choice.message), duplicateKind, twice)
        }
        if (!choice.isLossy || lose < 0 || (state[lose] ?? 0) === 0) continue
        const next = this.#begin(state)
        next[lose] = (state[lose] ?? 0) - 1
        next[slot] = choice.rest
        visit(actions.code(loseKind, choice.message), loseKind, next)
      }
    }
  }

  #operationActions(state: StateVector, visit: VisitEdge): void {
    const { layout, actions } = this.tables
    for (const { index, table, awaited, unawaited } of this.#wiring.resources) {
      const bagSlot = layout.operationsAt + index
      const stateSlot = layout.resourcesAt + index
      const bag = state[bagSlot] ?? 0
      if (bag === 0) continue
      for (const choice of table.choices(bag)) {
        for (const { outcome, kind, budget } of choice.isAwaited ? awaited : unawaited) {
          if (budget >= 0 && (state[budget] ?? 0) === 0) continue
          const next = this.#begin(state)
          if (budget >= 0) next[budget] = (state[budget] ?? 0) - 1
          next[bagSlot] = outcomes[outcome] === "late" ? choice.unawaited : choice.rest
          const { state: after, program } = table.outcome(outcome, state[stateSlot] ?? 0, choice.flight)
          next[stateSlot] = after
          this.#interpreter.run(program, next)
          visit(actions.code(kind, choice.flight), kind, next)
        }
      }
    }
  }

  #stimuli(state: StateVector, visit: VisitEdge): void {
    const { layout } = this.tables
    for (const { index, kind, code, program } of this.#wiring.stimuli) {
      const slot = layout.stimuliAt + index
      const left = state[slot] ?? 0
      if (left === 0 || this.#stimulusGuards[index]?.ask(state, state, -1) === false) continue
      const next = this.#begin(state)
      next[slot] = left - 1
      this.#interpreter.run(program, next)
      visit(code, kind, next)
    }
  }

  #crashes(state: StateVector, visit: VisitEdge): void {
    const { layout, components } = this.tables
    for (const unit of this.#wiring.units) {
      const slot = layout.unitsAt + unit.index
      if (state[slot] === 1) {
        if (unit.recover < 0) continue
        const next = this.#begin(state)
        next[slot] = 0
        this.#interpreter.run(unit.recover, next)
        visit(unit.recoverCode, unit.recoverKind, next)
        continue
      }
      if (unit.budget < 0 || (state[unit.budget] ?? 0) === 0) continue
      if (!unit.components.some((index) => components[index]?.isRunning(state[index] ?? 0) === true)) continue
      const next = this.#begin(state)
      next[slot] = 1
      next[unit.budget] = (state[unit.budget] ?? 0) - 1
      for (const index of unit.components) {
        next[index] = components[index]?.crashed(state[index] ?? 0) ?? 0
        this.#interpreter.forget(index, next)
      }
      visit(unit.crashCode, unit.crashKind, next)
    }
  }
}
