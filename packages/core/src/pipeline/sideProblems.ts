/** Checks that every side output which operators declare is gone on with, once, and none other. */
import type { AnySideOutput } from "../operator/SideOutput.ts"
import { finishedLines, type Graph, linesInto, type Pipeline, type SideEnd, sideEndsOf, sidesOf } from "./Graph.ts"

export const sideProblems = (pipeline: Pipeline): ReadonlyArray<string> => {
  const ends = Map.groupBy(sideEndsOf(pipeline), ({ side }) => side.name)
  const declared = Map.groupBy(finishedLines(pipeline).flatMap(declaredIn), ({ side }) => side.name)
  const names = new Set([...declared.keys(), ...ends.keys()])
  return [...names].flatMap((name) => problemsOf(name, declared.get(name) ?? [], ends.get(name) ?? []))
}

const problemsOf = (
  name: string,
  declared: ReadonlyArray<Declared>,
  ends: ReadonlyArray<SideEnd>
): ReadonlyArray<string> => {
  const tags = new Set([...declared, ...ends].map(({ side }) => side))
  if (tags.size > 1) {
    return [
      `Several side outputs are named "${name}"; make it once with SideOutput.make and use that value everywhere.`
    ]
  }
  const operators = declared.map(({ uid }) => `"${uid}"`).join(", ")
  if (ends.length === 0) {
    return [
      `Operator ${operators} emits to side output "${name}" and nothing follows it; ` +
        `add .side(…) behind the pipeline's sink, or .side(…, SideOutput.ignore) to drop its records.`
    ]
  }
  if (declared.length === 0) {
    return [`Side output "${name}" is gone on with, but no operator declares it; name it in the operator's options.`]
  }
  if (ends.length > 1) return [`Side output "${name}" is gone on with ${ends.length} times; do it once.`]
  return ends.some(({ next }) => next === null)
    ? [`What follows side output "${name}" does not end in a sink; let the function answer stream.….to(…).`]
    : []
}

export interface Declared {
  readonly side: AnySideOutput
  readonly uid: string
}

/** The side outputs that the operators of a line and of those that join it declare. */
export const declaredIn = (line: Graph): ReadonlyArray<Declared> =>
  linesInto(line).flatMap(({ operators }) =>
    operators.flatMap((operator) =>
      sidesOf(operator).map((side) => ({
        side,
        uid: "uid" in operator ? (operator.uid ?? operator._tag) : operator._tag
      }))
    )
  )
