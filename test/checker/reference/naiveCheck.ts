/** Explores a system naively and decides every kind of property on the graph, by definition or by plain fixpoints. */
import { isDeepStrictEqual } from "node:util"
import type { Action, Property, System, Trace } from "@tidemark/checker"
import { NaiveSystem, type Transition, viewOf, type World } from "./NaiveSystem.ts"
import { canOweForEver, type Demand } from "./naiveFairness.ts"

export interface NaiveState {
  readonly world: World
  /** Length of the shortest path to it. */
  readonly depth: number
  readonly cutOffBy: string | null
  readonly edges: ReadonlyArray<Transition & { readonly target: number }>
}

export type NaiveExploration = ReadonlyArray<NaiveState>

/** Null if there are more states than that. */
export const explore = (system: System, statesMax: number): NaiveExploration | null => {
  const naive = new NaiveSystem(system)
  const indexes = new Map<string, number>()
  const found: Array<{ readonly world: World; readonly depth: number }> = []
  const indexOf = (world: World, depth: number): number => {
    const key = JSON.stringify(world)
    const known = indexes.get(key)
    if (known !== undefined) return known
    indexes.set(key, found.length)
    found.push({ world, depth })
    return found.length - 1
  }
  const states: NaiveState[] = []
  indexOf(naive.initial, 0)
  for (const { world, depth } of found) {
    if (found.length > statesMax) return null
    const cutOffBy = naive.cutOffBy(world)
    const transitions = cutOffBy === null ? naive.transitions(world) : []
    const edges = transitions.map((edge) => ({ ...edge, target: indexOf(edge.next, depth + 1) }))
    states.push({ world, depth, cutOffBy, edges })
  }
  return states
}

/** States that nothing leaves. */
export const terminals = (states: NaiveExploration): NaiveExploration =>
  states.filter(({ edges, cutOffBy }, index) => cutOffBy === null && edges.every(({ target }) => target === index))

type Safety = Exclude<Property, { _tag: "LeadsTo" }>

/** Length of the shortest path that violates a property, or that witnesses a `sometimes`; null if there is none. */
export const shortestPath = (states: NaiveExploration, property: Safety): number | null => {
  const stuck = new Set(terminals(states))
  const lengths = states.flatMap((state) => lengthsAt(state, property, stuck.has(state)))
  return lengths.length === 0 ? null : Math.min(...lengths)
}

const lengthsAt = ({ world, depth, edges }: NaiveState, property: Safety, isStuck: boolean): ReadonlyArray<number> => {
  const view = viewOf(world)
  switch (property._tag) {
    case "Always":
      return property.holds(view) === true ? [] : [depth]
    case "Terminal":
      return !isStuck || property.holds(view) === true ? [] : [depth]
    case "Sometimes":
      return property.holds(view) ? [depth] : []
    case "Step":
      return edges.some(({ action, next }) => property.holds(view, action, viewOf(next)) !== true) ? [depth + 1] : []
  }
}

type LeadsTo = Extract<Property, { _tag: "LeadsTo" }>

/** Every class that is fair, and one that stands for those which show beyond the bounds only. */
const demandsOf = (states: NaiveExploration, { fair }: LeadsTo): ReadonlyArray<Demand> => {
  const classes = new Map(states.flatMap(({ edges }) => edges.map(({ of }) => [JSON.stringify(of), of] as const)))
  return fair.flatMap(({ strength, of }) => [
    ...[...classes].flatMap(([kind, it]) => (of(it) ? [{ strength, kind }] : [])),
    { strength, kind: "one that nobody has seen" }
  ])
}

const isEnabled = (states: NaiveExploration, index: number, kind: string): boolean => {
  const state = states[index]
  if (state === undefined || state.cutOffBy !== null) return true
  return state.edges.some(({ of, target }) => target !== index && JSON.stringify(of) === kind)
}

/** Whether some fair behaviour owes something for ever. */
export const isViolated = (states: NaiveExploration, property: LeadsTo): boolean =>
  canOweForEver({
    steps: states.map(({ edges }, index) =>
      edges.flatMap(({ of, target }) => (target === index ? [] : [{ target, kind: JSON.stringify(of) }]))
    ),
    isEnabled: (state, kind) => isEnabled(states, state, kind),
    owes: (state) => property.from(viewOf(worldOf(states, state))),
    pays: (state) => property.to(viewOf(worldOf(states, state))),
    demands: demandsOf(states, property)
  })

const worldOf = (states: NaiveExploration, state: number): World => (states[state] ?? fail()).world

/** The states that a trace passes; throws if it is no path. */
export const walk = (states: NaiveExploration, actions: ReadonlyArray<Action>): ReadonlyArray<number> => {
  const path = [0]
  for (const action of actions) {
    const here = path.at(-1) ?? fail()
    const taken = states[here]?.edges.filter((edge) => isDeepStrictEqual(edge.action, action)) ?? []
    if (taken.length !== 1) throw new Error(`${taken.length} edges of state ${here} are ${JSON.stringify(action)}`)
    path.push(taken[0]?.target ?? fail())
  }
  return path
}

/** What is wrong with the counterexample to a `leadsTo`; null if it is one. */
export const lassoFault = (states: NaiveExploration, property: LeadsTo, trace: Trace): string | null => {
  const path = walk(states, trace.steps)
  const entry = trace.loopsTo ?? fail()
  const worlds = path.map((index) => worldOf(states, index))
  const owed = worlds.findLastIndex((world) => property.to(viewOf(world))) + 1
  if (path[entry] !== path.at(-1)) return "it does not return"
  if (entry < owed) return "its loop pays what is owed"
  if (!worlds.slice(owed, entry + 1).some((world) => property.from(viewOf(world)))) return "nothing is owed"
  const loop = path.slice(entry)
  const isMet = ({ strength, kind }: Demand): boolean => {
    const isTaken = trace.steps
      .slice(entry)
      .some((action, step) => kindIn(states, loop[step] ?? fail(), action) === kind && loop[step] !== loop[step + 1])
    if (isTaken) return true
    const rests = (index: number) => !isEnabled(states, index, kind)
    return strength === "weak" ? loop.some(rests) : loop.every(rests)
  }
  return demandsOf(states, property).every(isMet) ? null : "its loop is not fair"
}

const kindIn = (states: NaiveExploration, index: number, action: Action): string =>
  JSON.stringify(states[index]?.edges.find((edge) => isDeepStrictEqual(edge.action, action))?.of)

const fail = (): never => {
  throw new Error("a state that is not there")
}
