/** A pipeline as its user wrote it, with test inputs for its sources and test outputs for its sinks; all between is as it was. */
import { Duration } from "effect"
import type { AnySideOutput } from "../../operator/SideOutput.ts"
import {
  finishedLines,
  type Graph,
  type LogicalOperator,
  linesInto,
  type Pipeline,
  sidesOf
} from "../../pipeline/Graph.ts"
import { type InputLogs, TestInput, WatermarkMark } from "./TestInput.ts"
import { TestOutput } from "./TestOutput.ts"

export interface ReplacedEnds {
  readonly pipeline: Pipeline
  /** By uid. */
  readonly inputs: ReadonlyMap<string, ReplacedInput>
  readonly outputs: ReadonlyMap<string, TestOutput>
}

export interface ReplacedInput {
  readonly input: TestInput
  /** Milliseconds; null where the source assigns no event time. */
  readonly outOfOrdernessMs: number | null
}

export const replaceEnds = (
  pipeline: Pipeline,
  splits: ReadonlyArray<string>,
  logs: ReadonlyMap<string, InputLogs>
): ReplacedEnds => {
  const inputs = new Map<string, ReplacedInput>()
  const outputs = new Map<string, TestOutput>()
  const replaceSource = (line: Graph): Graph => {
    const { source, uid } = line.source
    const input = new TestInput(uid, source, splits, logs.get(uid))
    const eventTime = line.operators.find((operator) => operator._tag === "EventTime")
    const outOfOrdernessMs =
      eventTime === undefined ? null : Duration.toMillis(Duration.fromInputUnsafe(eventTime.outOfOrderness))
    inputs.set(uid, { input, outOfOrdernessMs })
    return { ...replaceJoining(line), source: { uid, source: input.source } }
  }
  const replaceJoining = (line: Graph): Graph => ({
    ...line,
    operators: line.operators.flatMap((operator) => {
      if (operator._tag === "Union") {
        return [{ ...operator, others: operator.others.map((other) => (other === null ? null : replaceSource(other))) }]
      }
      return operator._tag === "EventTime" ? withMarks(operator, line.source.uid) : [operator]
    })
  })
  const replaceSink = <P extends Pipeline>(line: P, isBehindSide: boolean): Pipeline => {
    const output = new TestOutput(line.sink.uid, line.sink.sink.schema)
    outputs.set(line.sink.uid, output)
    const replaced = isBehindSide ? replaceJoining(line) : replaceSource(line)
    return {
      ...replaced,
      sink: { uid: line.sink.uid, sink: output.sink },
      sides: line.sides.map((end) => ({
        side: end.side,
        next: end.next === null || !("sink" in end.next) ? end.next : replaceSink(end.next, true)
      }))
    }
  }
  return { pipeline: replaceSink(pipeline, false), inputs, outputs }
}

/** Marks have an event time of their own, and go no further than that. */
const withMarks = (
  operator: Extract<LogicalOperator, { readonly _tag: "EventTime" }>,
  source: string
): ReadonlyArray<LogicalOperator> => [
  {
    ...operator,
    assign: (value) => (value instanceof WatermarkMark ? value.timestamp : operator.assign(value))
  },
  { _tag: "Filter", uid: `${source}-watermarks`, keeps: (value) => !(value instanceof WatermarkMark) }
]

/** Side outputs that nothing goes on with yet. */
export const openSides = (pipeline: Pipeline): ReadonlyArray<AnySideOutput> => {
  const lines = finishedLines(pipeline)
  const declared = lines.flatMap(linesInto).flatMap(({ operators }) => operators.flatMap(sidesOf))
  const ended = new Set(lines.flatMap(({ sides }) => sides.map(({ side }) => side.name)))
  return declared.filter(({ name }) => !ended.has(name))
}
