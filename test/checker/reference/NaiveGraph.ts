/**
 * `leadsTo` under fairness by brute force, for graphs of a few states: every set of states is tried as the one that a
 * behaviour visits again and again. It shares nothing with the checker; slow and plain on purpose.
 */

export interface NaiveEdge {
  readonly source: number
  /** Null: the edge is cut off. */
  readonly target: number | null
  /** Null: cut off, and nothing is known of its action. */
  readonly kind: number | null
}

export interface NaiveFairness {
  readonly strength: "weak" | "strong"
  readonly kind: number
}

export interface NaiveGraph {
  readonly states: number
  readonly edges: ReadonlyArray<NaiveEdge>
  readonly from: ReadonlyArray<boolean>
  readonly to: ReadonlyArray<boolean>
  readonly fair: ReadonlyArray<NaiveFairness>
}

interface NaiveStep {
  readonly state: number
  readonly edge: number
}

/** Length of the shortest way into a fair behaviour that owes something for ever; null if there is none. */
export const shortestStem = (graph: NaiveGraph): number | null => {
  const owing = owingDistances(graph)
  const lengths = subsets(graph.states)
    .filter((set) => set.every((state) => graph.to[state] === false))
    .filter((set) => isConnected(graph, set) && isFair(graph, set, stepsInside(graph, set)))
    .flatMap((set) => set.flatMap((state) => owing.get(state) ?? []))
  return lengths.length === 0 ? null : Math.min(...lengths)
}

/** What is wrong with a counterexample; null if it is one. */
export const lassoFault = (
  graph: NaiveGraph,
  lasso: {
    readonly stem: ReadonlyArray<NaiveStep>
    readonly since: number
    readonly entry: number
    readonly loop: ReadonlyArray<NaiveStep>
  }
): string | null => {
  const steps = [...lasso.stem, ...lasso.loop]
  const taken = steps.map(({ state, edge }) => graph.edges.filter(({ source }) => source === state)[edge])
  const visited = [...steps.map(({ state }) => state), lasso.entry]
  const owed = visited[lasso.since] ?? -1
  const isPath = taken.every((edge, index) => edge?.target === visited[index + 1])
  if (!isPath || visited[0] !== 0) return "it is no path from the initial state"
  if (visited[lasso.stem.length] !== lasso.entry) return "its loop does not end where it begins"
  if (graph.from[owed] !== true) return "nothing is owed"
  if (visited.slice(lasso.since).some((state) => graph.to[state] === true)) return "what is owed comes"
  const round = new Set(visited.slice(lasso.stem.length))
  const loop = taken.slice(lasso.stem.length).flatMap((edge) => edge ?? [])
  return isFair(graph, [...round], loop) ? null : "its loop is not fair"
}

const isStep = (edge: NaiveEdge): boolean => edge.source !== edge.target

const isEnabled = (graph: NaiveGraph, state: number, kind: number): boolean =>
  graph.edges.some((edge) => edge.source === state && isStep(edge) && (edge.kind === kind || edge.kind === null))

/** What is fair may be of a kind that nobody has seen yet: then it is enabled where nothing is known. */
const conditionsOf = ({ fair }: NaiveGraph): ReadonlyArray<NaiveFairness> =>
  fair.flatMap((condition) => [condition, { ...condition, kind: -1 }])

const isFair = (graph: NaiveGraph, visited: ReadonlyArray<number>, taken: ReadonlyArray<NaiveEdge>): boolean =>
  conditionsOf(graph).every(({ strength, kind }) => {
    if (taken.some((edge) => edge.kind === kind && isStep(edge))) return true
    const isDisabled = (state: number) => !isEnabled(graph, state, kind)
    return strength === "weak" ? visited.some(isDisabled) : visited.every(isDisabled)
  })

const stepsInside = (graph: NaiveGraph, set: ReadonlyArray<number>): ReadonlyArray<NaiveEdge> =>
  graph.edges.filter(
    (edge) => edge.target !== null && isStep(edge) && set.includes(edge.source) && set.includes(edge.target)
  )

const isConnected = (graph: NaiveGraph, set: ReadonlyArray<number>): boolean => {
  const inside = stepsInside(graph, set)
  return set.every((start) => {
    let reached = [start]
    for (const _ of set) {
      reached = [
        ...new Set([
          ...reached,
          ...inside.filter((edge) => reached.includes(edge.source)).map((edge) => edge.target ?? -1)
        ])
      ]
    }
    return set.every((state) => reached.includes(state))
  })
}

/** The states in which something can be owed, with the length of the shortest path to there. */
const owingDistances = (graph: NaiveGraph): ReadonlyMap<number, number> => {
  const owing = new Map<number, number>()
  const seen = new Set<string>()
  let level = [{ state: 0, isOwed: false }]
  for (let length = 0; level.length > 0; length += 1) {
    const here = level
      .map(({ state, isOwed }) => ({ state, isOwed: isOwed && graph.to[state] === false }))
      .flatMap((node) => {
        const begins = graph.from[node.state] === true && graph.to[node.state] === false
        return begins ? [node, { ...node, isOwed: true }] : [node]
      })
      .filter((node) => !seen.has(JSON.stringify(node)))
    for (const node of here) {
      seen.add(JSON.stringify(node))
      if (node.isOwed && !owing.has(node.state)) owing.set(node.state, length)
    }
    level = here.flatMap(({ state, isOwed }) =>
      graph.edges.flatMap(({ source, target }) =>
        source === state && target !== null ? [{ state: target, isOwed }] : []
      )
    )
  }
  return owing
}

const subsets = (states: number): ReadonlyArray<ReadonlyArray<number>> =>
  Array.from({ length: 2 ** states - 1 }, (_, mask) =>
    Array.from({ length: states }, (_, state) => state).filter((state) => ((mask + 1) >> state) % 2 === 1)
  )
