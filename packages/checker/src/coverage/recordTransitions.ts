/**
 * Counts which transitions of machines are taken, whoever steps them.
 *
 * R1 Machines behave as without a recording: same snapshots (the same objects, too), same actions, same answers of `can`.
 * R2 Recordings may overlap, and end in any order; after the last end a machine is as it was.
 */
import { type AnyStateMachine, and, enqueueActions } from "xstate"
import { trusted } from "../system/trusted.ts"
import type { Coverage } from "./Coverage.ts"
import { type Transition, transitionsOf } from "./transitionsOf.ts"

export interface TransitionRecording {
  /**
   * How often each transition was taken, by name: machine, source, event and branch, guard, target. Machines of the same
   * id are counted as one. A search computes equal steps once, and so counts them once.
   */
  readonly counts: ReadonlyMap<string, number>
  readonly coverage: () => Coverage
  /** Ends the recording; its counts stay. */
  readonly stop: () => void
}

export const recordTransitions = (machines: Iterable<AnyStateMachine>): TransitionRecording => {
  const counts = new Map<string, number>()
  const undo: Array<() => void> = []
  for (const machine of new Set(machines)) {
    for (const { name, transition } of transitionsOf(machine, originalGuard)) {
      counts.set(name, counts.get(name) ?? 0)
      undo.push(counting(transition, () => counts.set(name, (counts.get(name) ?? 0) + 1)))
    }
  }
  return {
    counts,
    coverage: () => coverageOf(counts),
    stop: () => {
      for (const end of undo.splice(0)) end()
    }
  }
}

const coverageOf = (counts: ReadonlyMap<string, number>): Coverage => ({
  taken: [...counts].flatMap(([name, count]) => (count > 0 ? [name] : [])),
  untaken: [...counts].flatMap(([name, count]) => (count === 0 ? [name] : []))
})

/** Guards that recordings have put in the place of a machine's own: the original, and who counts. */
const recordedGuards = new WeakMap<Transition, { readonly original: unknown; readonly counters: Set<() => void> }>()

const originalGuard = (transition: Transition): unknown => {
  const recorded = recordedGuards.get(transition)
  return recorded === undefined ? transition.guard : recorded.original
}

/** Calls `count` whenever the transition is taken, until the answer is called. */
const counting = (transition: Transition, count: () => void): (() => void) => {
  if (transition.target === undefined && transition.actions.length === 0) return countingGuard(transition, count)
  // An empty `enqueueActions` runs with the transition and leaves the snapshot as it is; an `assign` would make another.
  const action = enqueueActions(() => count())
  replace(transition, { actions: [...transition.actions, action] })
  return () => replace(transition, { actions: transition.actions.filter((other) => other !== action) })
}

/**
 * A transition without any action forbids its event, and `can` says so; an action would change that. Its guard counts
 * instead, which is asked last, when the transition is chosen (also by `can`).
 */
const countingGuard = (transition: Transition, count: () => void): (() => void) => {
  const recorded = recordedGuards.get(transition) ?? { original: transition.guard, counters: new Set() }
  const { original, counters } = recorded
  const countAll = (): boolean => {
    for (const each of counters) each()
    return true
  }
  counters.add(count)
  recordedGuards.set(transition, recorded)
  replace(transition, { guard: original === undefined ? countAll : and([trusted(original), countAll]) })
  return () => {
    counters.delete(count)
    if (counters.size > 0) return
    recordedGuards.delete(transition)
    replace(transition, { guard: original })
  }
}

const replace = (transition: Transition, fields: Partial<Transition>): void => {
  Object.assign(transition, fields)
}
