/** A component in a state: its machines, and what the last step has made of them. */
import { isDeepStrictEqual } from "node:util"
import type { AnyMachineSnapshot, AnyStateMachine } from "xstate"
import type { Engine, StateVector } from "../engine/Engine.ts"
import type { Action } from "../system/Action.ts"
import type { AnyComponent } from "../system/Component.ts"
import type { Message } from "../system/Effect.ts"
import { isSnapshot } from "../values/canonical.ts"
import { jsonValue } from "../values/jsonValue.ts"
import { activeNodesOf, takenTransitions } from "./chart.ts"
import type { ChartSnapshot, ComponentDocument, ContextEntry } from "./documents.ts"

/** The state at the end of a path, and the step that made it. */
export interface Situation {
  readonly engine: Engine
  /** What the charts' indices refer to. */
  readonly machines: ReadonlyArray<AnyStateMachine>
  readonly state: StateVector
  /** Both null in the initial state. */
  readonly before: StateVector | null
  readonly action: Action | null
}

export const componentDocument = (component: AnyComponent, situation: Situation): ComponentDocument => {
  const { before, engine, state } = situation
  const now = engine.view(state).of(component)
  const was = before === null ? undefined : engine.view(before).of(component)
  return {
    name: component.name,
    isDown: now === undefined,
    hasChanged: before !== null && !isDeepStrictEqual(jsonValue(now), jsonValue(was)),
    state: stateOf(component, now, situation),
    charts: now === undefined ? idleCharts(component, situation) : chartSnapshots(component, now, was, situation)
  }
}

const stateOf = (component: AnyComponent, now: unknown, { engine, state }: Situation): unknown => {
  if (now !== undefined) {
    const isAllInChart = typeof now === "object" && now !== null && isSnapshot(now) && component.snapshots !== undefined
    return isAllInChart ? null : jsonValue(now)
  }
  const slot = engine.slots.findIndex(({ kind, name }) => kind === "component" && name === component.name)
  const life = engine.valueOf(slot, state[slot] ?? 0)
  return typeof life === "object" && life !== null && "durable" in life ? jsonValue(life.durable) : null
}

/** A component that is down shows its machines, none of them in any state. */
const idleCharts = (component: AnyComponent, { machines }: Situation): ReadonlyArray<ChartSnapshot> =>
  (component.machines ?? []).map((machine) => ({
    name: machine.id,
    machine: machines.indexOf(machine),
    active: [],
    taken: [],
    left: [],
    context: []
  }))

const chartSnapshots = (
  component: AnyComponent,
  now: unknown,
  was: unknown,
  { action, machines }: Situation
): ReadonlyArray<ChartSnapshot> => {
  const earlier = new Map(
    was === undefined ? [] : component.snapshots?.(was).map(({ name, snapshot }) => [name, snapshot])
  )
  const event = action === null ? null : eventFor(component, action)
  return (component.snapshots?.(now) ?? []).map(({ name, snapshot }) => {
    const machine = machineOf(snapshot)
    const old = earlier.get(name)
    const active = activeNodesOf(machine, snapshot)
    const index = machines.findIndex((other) => other === machine || other.id === machine.id)
    return {
      name,
      machine: index === -1 ? null : index,
      active,
      taken: event === null || old === undefined ? [] : takenTransitions(machine, old, event),
      left: old === undefined ? [] : activeNodesOf(machine, old).filter((id) => !active.includes(id)),
      context: contextEntries(snapshot, old)
    }
  })
}

const machineOf = (snapshot: AnyMachineSnapshot): AnyStateMachine => snapshot.machine

/** What a step told a component; null if it did not tell it anything, or nobody but the component knows. */
const eventFor = (component: AnyComponent, action: Action): Message | null => {
  switch (action._tag) {
    case "Deliver":
    case "Duplicate":
      return action.to === component.name ? action.message : null
    case "Internal":
      return action.component === component.name ? action.event : null
    case "Timer":
      if (action.component !== component.name) return null
      return component.timerEvent?.(action.timer) ?? timerFired(action.timer)
    default:
      return null
  }
}

const timerFired = (timer: string): Message & { readonly timer: string } => ({ type: "timer.fired", timer })

const contextEntries = (
  snapshot: AnyMachineSnapshot,
  old: AnyMachineSnapshot | undefined
): ReadonlyArray<ContextEntry> => {
  const context: Readonly<Record<string, unknown>> = snapshot.context
  const oldContext: Readonly<Record<string, unknown>> | undefined = old?.context
  return Object.entries(context).map(([key, value]) => ({
    key,
    value: jsonValue(value),
    hasChanged:
      oldContext !== undefined && JSON.stringify(jsonValue(value)) !== JSON.stringify(jsonValue(oldContext[key]))
  }))
}
