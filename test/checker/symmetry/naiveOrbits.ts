/** Orbits counted the simple way: every state as a text, the least text under every permutation stands for its orbit. */
import type { SystemEngine } from "../../../packages/checker/src/engine/SystemEngine.ts"
import { ExactSet } from "../../../packages/checker/src/visited/ExactSet.ts"

/** Every state that can be reached, in breadth-first order. */
export const reachable = (
  engine: SystemEngine,
  canonical: (state: Int32Array) => Int32Array = (state) => state
): ReadonlyArray<Int32Array> => {
  const visited = new ExactSet(engine.width)
  const states: Array<Int32Array> = []
  const reach = (state: Int32Array): void => {
    const chosen = canonical(state)
    if (visited.add(chosen) >= 0) states.push(Int32Array.from(chosen))
  }
  reach(engine.initial)
  for (const state of states) {
    if (engine.cutOffBy(state) === null) engine.successors(state, (_code, _kind, next) => reach(next))
  }
  return states
}

/** `groups` are the names; arrays in a field of the name `set`, and what sets and bags hold, have no order. */
export const countOrbits = (
  engine: SystemEngine,
  states: ReadonlyArray<Int32Array>,
  groups: ReadonlyArray<ReadonlyArray<string>>
): number => {
  const renamings = renamingsOf(groups)
  const orbits = new Set<string>()
  for (const state of states) {
    const words = wordsOf(engine, state)
    const texts = renamings.map((renaming) => textOf(renamed(words, renaming)))
    orbits.add(texts.sort()[0] ?? "")
  }
  return orbits.size
}

/** The orders of a list. */
export const ordersOf = <A>(items: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  items.length === 0
    ? [[]]
    : items.flatMap((item, index) =>
        ordersOf(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest])
      )

type Renaming = ReadonlyMap<string, string>

const renamingsOf = (groups: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<Renaming> =>
  groups.reduce<ReadonlyArray<Renaming>>(
    (renamings, names) =>
      renamings.flatMap((renaming) =>
        ordersOf(names).map(
          (order) => new Map([...renaming, ...names.map((name, at) => [name, order[at] ?? ""] as const)])
        )
      ),
    [new Map()]
  )

const wordsOf = (engine: SystemEngine, state: Int32Array): unknown =>
  Object.fromEntries(
    engine.slots.map(({ kind, name }, slot) => {
      const { channels, resources } = engine.system
      const hasOrder =
        kind === "channel"
          ? channels?.find((channel) => channel.name === name)?.kind === "fifo"
          : resources?.find((resource) => resource.name === name)?.isOrdered === true
      const value = engine.valueOf(slot, state[slot] ?? 0)
      return [`${kind} ${name}`, !hasOrder && Array.isArray(value) ? { set: value } : { value }]
    })
  )

const renamed = (value: unknown, renaming: Renaming): unknown => {
  if (typeof value === "string") return value.replace(/\b\w+\b/g, (word) => renaming.get(word) ?? word)
  if (Array.isArray(value)) return value.map((item) => renamed(item, renaming))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const after = renamed(item, renaming)
      const isSet = key === "set" || key === "timers"
      return [renamed(key, renaming), isSet && Array.isArray(after) ? after.map(textOf).sort() : after]
    })
  )
}

const textOf = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined"
  return `{${Object.entries(value)
    .map(([key, item]) => `${key}:${textOf(item)}`)
    .sort()
    .join()}}`
}
