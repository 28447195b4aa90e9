/** A line that ends in a sink, and what follows its side outputs. */
import type { IgnoredSide, SideOutput } from "../operator/SideOutput.ts"
import type { Graph, Pipeline, SideEnd } from "./Graph.ts"
import type { PipelineEnd, Stream } from "./Stream.ts"
import { sideSource } from "./sideSource.ts"

/** `open` answers the stream at the beginning of a line. */
export const endedLine = (line: Graph, sink: Pipeline["sink"], open: <A>(line: Graph) => Stream<A>): PipelineEnd => {
  const withSides = (sides: ReadonlyArray<SideEnd>): PipelineEnd => ({
    ...line,
    sink,
    sides,
    side: <A>(side: SideOutput<A>, then: ((stream: Stream<A>) => Pipeline) | IgnoredSide) => {
      if (typeof then !== "function") return withSides([...sides, { side, next: isIgnored(then) ? then : null }])
      const first = { name: line.name, source: { uid: side.name, source: sideSource(side) }, operators: [] }
      const ended = then(open<A>(first))
      return withSides([...sides, { side, next: isFinished(ended) ? ended : null }])
    }
  })
  return withSides([])
}

/** Plain JavaScript may answer anything. */
const isFinished = (ended: unknown): boolean =>
  typeof ended === "object" && ended !== null && "sink" in ended && "operators" in ended

const isIgnored = (then: unknown): boolean =>
  typeof then === "object" && then !== null && "_tag" in then && then._tag === "IgnoredSide"
