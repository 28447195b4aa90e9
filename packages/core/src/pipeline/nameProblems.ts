/** Checks the names in a pipeline: checkpoints and messages refer to them. */
import type { Pipeline } from "./Graph.ts"

export const nameProblems = (pipeline: Pipeline): ReadonlyArray<string> => {
  const names = userNames(pipeline)
  const problems = isBlank(pipeline.name) ? ["The pipeline has an empty name; give it one that stays the same."] : []
  for (const { name, what } of names) if (isBlank(name)) problems.push(`The ${what} has an empty name; give it one.`)
  const byName = Map.groupBy(names, ({ name }) => name)
  for (const [name, uses] of byName) {
    if (uses.length < 2 || isBlank(name)) continue
    const whats = uses.map(({ what }) => what).join(", ")
    problems.push(`The name "${name}" is used ${uses.length} times (${whats}); every operator needs its own.`)
  }
  return problems
}

const userNames = ({ operators, sink, source }: Pipeline) => [
  { name: source.uid, what: "source" },
  ...operators.flatMap((operator) =>
    "uid" in operator && operator.uid !== null ? [{ name: operator.uid, what: kindNames[operator._tag] }] : []
  ),
  { name: sink.uid, what: "sink" }
]

const kindNames = {
  Filter: "filter",
  Map: "map",
  FlatMap: "flatMap",
  Reduce: "reduce",
  WindowAggregate: "window aggregation"
} as const

const isBlank = (name: string): boolean => name.trim() === ""
