/**
 * Decides without a search whether a mutant can differ from the original in a configuration.
 *
 * D1 The graph of a system follows from its first effects and from the steps of its components. If a mutant takes every
 *    step that the original takes in a configuration in the same way, then by induction it reaches the same states by the
 *    same edges with the same commands: it is equivalent there.
 * D2 A step of the original that reaches none of the changed places is taken by the mutant in the same way.
 */
import { type AnyStateMachine, isMachineSnapshot } from "xstate"
import { type AnyComponent, component } from "../../../packages/checker/src/system/Component.ts"
import type { Message, Step } from "../../../packages/checker/src/system/Effect.ts"
import { type System, system } from "../../../packages/checker/src/system/System.ts"
import { stepText } from "./stepText.ts"

/** A step or start that the original has taken. */
export interface TakenStep {
  readonly component: string
  readonly again: (component: AnyComponent, rehome: Rehome) => Step<unknown>
  readonly text: string
  /** What the machines commanded. */
  readonly commands: string
}

/** Gives a value back with its snapshots being those of other machines. */
export type Rehome = (value: unknown) => unknown

export interface TakenSteps {
  readonly add: (step: TakenStep, reached: ReadonlySet<string>) => void
  /** The steps that reached one of these places; null means all. */
  readonly reaching: (places: ReadonlyArray<string> | null) => ReadonlyArray<TakenStep>
}

export const makeTakenSteps = (): TakenSteps => {
  const all: Array<TakenStep> = []
  const byPlace = new Map<string, Array<TakenStep>>()
  return {
    add: (step, reached) => {
      all.push(step)
      for (const place of reached) {
        const known = byPlace.get(place)
        if (known === undefined) byPlace.set(place, [step])
        else known.push(step)
      }
    },
    reaching: (places) => (places === null ? all : [...new Set(places.flatMap((place) => byPlace.get(place) ?? []))])
  }
}

/** What the machines of the original tell of a step. */
export interface Watching {
  readonly takeReached: () => ReadonlySet<string>
  readonly takeCommands: () => string
}

/** The system, with its components telling what steps they take. */
export const recorded = (original: System, taken: TakenSteps, watching: Watching): System =>
  system({ ...original, components: original.components.map((one) => recording(one, taken, watching)) })

const recording = (one: AnyComponent, taken: TakenSteps, { takeReached, takeCommands }: Watching): AnyComponent => {
  const record = (again: TakenStep["again"]): Step<unknown> => {
    takeReached()
    takeCommands()
    const step = again(one, (value) => value)
    taken.add({ component: one.name, again, text: stepText(step), commands: takeCommands() }, takeReached())
    return step
  }
  return component<unknown, Message, unknown>({
    ...one,
    start: (input, durable) => record((other, rehome) => other.start(rehome(input), rehome(durable))),
    step: (state, event) => record((other, rehome) => other.step(rehome(state), event))
  })
}

/** What a mutant does otherwise: `steps`, or only the `commands` of some, of which the model shows nothing. */
export type Difference = "none" | "commands" | "steps"

/** How these steps are taken by the components of another system, whose machines are heard. */
export const differenceIn = (
  steps: ReadonlyArray<TakenStep>,
  mutated: System,
  takeCommands: () => string
): Difference => {
  const components = new Map(mutated.components.map((one) => [one.name, one]))
  const rehome = rehoming(mutated.components.flatMap(({ machines }) => machines ?? []))
  let difference: Difference = "none"
  for (const { component: name, again, text, commands } of steps) {
    const one = components.get(name)
    if (one === undefined) return "steps"
    takeCommands()
    try {
      if (stepText(again(one, rehome)) !== text) return "steps"
    } catch (cause) {
      if (cause instanceof Unmovable) throw cause
      return "steps"
    }
    if (takeCommands() !== commands) difference = "commands"
  }
  return difference
}

/** A snapshot cannot be compared with what a mutant makes of it: the subject is at fault, not the mutant. */
class Unmovable extends Error {}

const rehoming = (machines: ReadonlyArray<AnyStateMachine>): Rehome => {
  const byId = new Map(machines.map((machine) => [machine.id, machine]))
  const known = new WeakMap<object, unknown>()
  const rehome = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value
    const done = known.get(value)
    if (done !== undefined) return done
    const moved = move(value)
    known.set(value, moved)
    return moved
  }
  const move = (value: object): unknown => {
    if (Array.isArray(value)) return value.map(rehome)
    if (!isMachineSnapshot(value))
      return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, rehome(held)]))
    const machine = byId.get(value.machine.id)
    if (machine === undefined)
      throw new Unmovable(
        `A state holds a snapshot of ${value.machine.id}, which its component does not list among its machines.`
      )
    if (Object.keys(value.historyValue ?? {}).length > 0) {
      throw new Unmovable(`Machine ${machine.id} has history states: its snapshots cannot be moved to a mutant.`)
    }
    const { value: state, context, status, output } = value
    return machine.resolveState({ value: state, context, status, output })
  }
  return rehome
}
