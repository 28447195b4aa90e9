/** Everything that the page shows of one state, reached along one path. */
import { isDeepStrictEqual } from "node:util"
import type { AnyStateMachine } from "xstate"
import type { Engine, StateVector } from "../engine/Engine.ts"
import { isSameState } from "../engine/sameState.ts"
import type { Property } from "../property/Property.ts"
import type { Action } from "../system/Action.ts"
import { choicesIn } from "../trace/choices.ts"
import { describeAction } from "../trace/describeAction.ts"
import { jsonValue } from "../values/jsonValue.ts"
import { componentDocument, type Situation } from "./componentDocument.ts"
import type { ActionFlavour, Path, SlotDocument, SlotKind, StateDocument } from "./documents.ts"
import { propertyStatus } from "./propertyStatus.ts"
import type { Walk } from "./walkPath.ts"

export interface Walked {
  readonly engine: Engine
  readonly properties: ReadonlyArray<Property>
  readonly machines: ReadonlyArray<AnyStateMachine>
  readonly path: Path
  readonly walk: Extract<Walk, { readonly _tag: "Walked" }>
}

export const stateDocument = ({ engine, machines, path, properties, walk }: Walked): StateDocument => {
  const state = walk.states.at(-1) ?? walk.states[0]
  const before = walk.states.at(-2) ?? null
  const action = walk.actions.at(-1) ?? null
  const situation: Situation = { engine, machines, state, before, action }
  const { edges, problem } = choicesIn(engine, state)
  const view = engine.view(state)
  const cutOffBy = engine.cutOffBy(state)
  const moment = {
    view,
    // An action that changes nothing is none; beyond a bound nobody knows.
    isTerminal: problem === null && cutOffBy === null && edges.every(({ next }) => isSameState(next, state)),
    step: before === null || action === null ? null : { before: engine.view(before), action }
  }
  return {
    system: engine.system.name,
    path,
    steps: walk.actions.map((step, position) => ({ index: path[position] ?? 0, ...textOf(step) })),
    returnsTo: firstSame(walk.states.slice(0, -1), state),
    actions: edges.map((edge, index) => ({
      index,
      ...textOf(edge.action),
      returnsTo: firstSame(walk.states, edge.next)
    })),
    failure: problem,
    components: engine.system.components.map((component) => componentDocument(component, situation)),
    slots: slotDocuments(situation),
    properties: properties.map((property) => propertyStatus(property, moment)),
    cutOffBy
  }
}

const firstSame = (states: ReadonlyArray<StateVector>, state: StateVector): number | null => {
  const index = states.findIndex((other) => isSameState(other, state))
  return index === -1 ? null : index
}

const textOf = (action: Action): { readonly text: string; readonly flavour: ActionFlavour } => ({
  text: describeAction(action),
  flavour: flavourOf(action)
})

const flavourOf = (action: Action): ActionFlavour => {
  switch (action._tag) {
    case "Deliver":
      return "message"
    case "Timer":
      return "timer"
    case "Internal":
      return "internal"
    case "Stimulus":
      return "stimulus"
    case "Recover":
      return "recovery"
    case "Operation":
      return action.outcome === "ok" || action.outcome === "lands" ? "operation" : "fault"
    default:
      return "fault"
  }
}

const slotDocuments = (situation: Situation): ReadonlyArray<SlotDocument> => [
  ...timerSlots(situation),
  ...situation.engine.slots.flatMap(({ kind, name }, slot) =>
    kind === "component" ? [] : [wordSlot(situation, kind, name, slot)]
  )
]

/** Armed timers are part of a component's word; here they have lines of their own. */
const timerSlots = ({ before, engine, state }: Situation): ReadonlyArray<SlotDocument> =>
  engine.system.components.flatMap((component): ReadonlyArray<SlotDocument> => {
    const now = engine.view(state).timers(component)
    const was = before === null ? now : engine.view(before).timers(component)
    if (now.length === 0 && was.length === 0) return []
    const changed = !isDeepStrictEqual(now, was)
    return [{ kind: "timers", name: component.name, value: now, hasChanged: changed, before: changed ? was : null }]
  })

const wordSlot = ({ before, engine, state }: Situation, kind: SlotKind, name: string, slot: number): SlotDocument => {
  const valueIn = (vector: StateVector): unknown => jsonValue(engine.valueOf(slot, vector[slot] ?? 0))
  const changed = before !== null && before[slot] !== state[slot]
  return { kind, name, value: valueIn(state), hasChanged: changed, before: changed ? valueIn(before) : null }
}
