/** Checks the names in a pipeline: checkpoints and messages refer to them. */
import { finishedLines, type Graph, linesInto, type Pipeline, sidesOf, sinksOf, sourcesOf } from "./Graph.ts"

export const nameProblems = (pipeline: Pipeline): ReadonlyArray<string> => {
  const names = userNames(pipeline)
  const problems = isBlank(pipeline.name) ? ["The pipeline has an empty name; give it one that stays the same."] : []
  for (const { name, what } of names) if (isBlank(name)) problems.push(`The ${what} has an empty name; give it one.`)
  // In file names half a character would become the same replacement character as any other.
  for (const { name, what } of [{ name: pipeline.name, what: "pipeline" }, ...names]) {
    if (!name.isWellFormed()) problems.push(`The name ${JSON.stringify(name)} of a ${what} is not valid Unicode.`)
  }
  const byName = Map.groupBy(names, ({ name }) => name)
  for (const [name, uses] of byName) {
    if (uses.length < 2 || isBlank(name)) continue
    const whats = uses.map(({ what }) => what).join(", ")
    problems.push(`The name "${name}" is used ${uses.length} times (${whats}); every operator needs its own.`)
  }
  return problems
}

const userNames = (pipeline: Pipeline) => {
  const lines = finishedLines(pipeline).flatMap(linesInto)
  return [
    ...sourcesOf(pipeline).map(({ uid }) => ({ name: uid, what: "source" })),
    ...lines.flatMap(operatorNames),
    ...sinksOf(pipeline).map(({ uid }) => ({ name: uid, what: "sink" })),
    // One side output may be declared by several operators.
    ...[...new Set(lines.flatMap(({ operators }) => operators.flatMap(sidesOf)).map(({ name }) => name))].map(
      (name) => ({
        name,
        what: "side output"
      })
    )
  ]
}

const operatorNames = ({ operators }: Graph) =>
  operators.flatMap((operator) =>
    "uid" in operator && operator.uid !== null ? [{ name: operator.uid, what: kindNames[operator._tag] }] : []
  )

const kindNames = {
  Filter: "filter",
  Map: "map",
  FlatMap: "flatMap",
  Reduce: "reduce",
  WindowAggregate: "window aggregation",
  Process: "process",
  ListProcess: "process",
  MapAsync: "mapAsync",
  Union: "union"
} as const

const isBlank = (name: string): boolean => name.trim() === ""
