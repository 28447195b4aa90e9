/**
 * Finds import cycles (strongly connected modules, after Tarjan) and shows one way round for each.
 *
 * Takes: for every module the modules that it imports. Cost: O(modules + imports).
 */
export const findCycles = (edges: ReadonlyMap<string, ReadonlyArray<string>>): ReadonlyArray<ReadonlyArray<string>> => {
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const open: Array<string> = []
  const isOpen = new Set<string>()
  const cycles: Array<ReadonlyArray<string>> = []
  const targetsOf = (module: string): ReadonlyArray<string> => edges.get(module) ?? []

  const visit = (module: string): number => {
    const index = order.size
    let low = index
    order.set(module, index)
    open.push(module)
    isOpen.add(module)
    for (const target of targetsOf(module)) {
      if (!order.has(target)) low = Math.min(low, visit(target))
      else if (isOpen.has(target)) low = Math.min(low, lowest.get(target) ?? order.get(target) ?? low)
      lowest.set(module, low)
    }
    if (low === index) {
      const members = new Set(open.splice(open.lastIndexOf(module)))
      for (const member of members) isOpen.delete(member)
      if (members.size > 1 || targetsOf(module).includes(module)) cycles.push(wayRound(module, members, targetsOf))
    }
    return low
  }
  for (const module of edges.keys()) if (!order.has(module)) visit(module)
  return cycles
}

/** The shortest way from `start` back to it inside the component, by breadth-first search. */
const wayRound = (
  start: string,
  members: ReadonlySet<string>,
  targetsOf: (module: string) => ReadonlyArray<string>
): ReadonlyArray<string> => {
  const ways: Array<ReadonlyArray<string>> = [[start]]
  const seen = new Set<string>()
  for (const way of ways) {
    for (const target of targetsOf(way.at(-1) ?? start)) {
      if (target === start) return [...way, start]
      if (!members.has(target) || seen.has(target)) continue
      seen.add(target)
      ways.push([...way, target])
    }
  }
  return [start]
}
