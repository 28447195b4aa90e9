/** The plans of the model: a task is one subtask, named like its task. */
import type { ChannelId, SubtaskId } from "../../../packages/core/src/model/ids.ts"

export interface TaskSpec {
  readonly inputs: ReadonlyArray<string>
  /** Records of a source; 0 for the others. */
  readonly records: number
  /** A sink with two-phase commit. */
  readonly isSink: boolean
}

export type Plan = Readonly<Record<string, TaskSpec>>

const source = (records: number): TaskSpec => ({ inputs: [], records, isSink: false })
const task = (...inputs: ReadonlyArray<string>): TaskSpec => ({ inputs, records: 0, isSink: false })
const sink = (...inputs: ReadonlyArray<string>): TaskSpec => ({ inputs, records: 0, isSink: true })

/** Plans of the configurations; the numbers are the records of their sources. */
export const plans = {
  /** A source into a sink. */
  line: (records: number): Plan => ({ source: source(records), sink: sink("source") }),
  /** A source alone, with nothing to emit: what matters is its checkpoints. */
  lone: (): Plan => ({ source: source(0) }),
  /** A source into a task that has state and shows nothing. */
  pipe: (records: number): Plan => ({ source: source(records), task: task("source") }),
  /** Two sources into a sink that aligns them. */
  fork: (left: number, right: number): Plan => ({
    left: source(left),
    right: source(right),
    sink: sink("left", "right")
  }),
  /** Three sources into a sink that aligns them. */
  three: (): Plan => ({
    first: source(0),
    second: source(0),
    third: source(0),
    sink: sink("first", "second", "third")
  }),
  /** Two sources into an aligned join into a sink. */
  join: (left: number, right: number): Plan => ({
    left: source(left),
    right: source(right),
    join: task("left", "right"),
    sink: sink("join")
  }),
  /** Two sources of unequal length, of which one has a side output: two sinks commit what one checkpoint covers. */
  sides: (left: number, right: number): Plan => ({
    left: source(left),
    right: source(right),
    shown: sink("left", "right"),
    late: sink("right")
  }),
  /** A source that deals its records out to two tasks, which a sink aligns again. */
  diamond: (records: number): Plan => ({
    source: source(records),
    upper: task("source"),
    lower: task("source"),
    sink: sink("upper", "lower")
  })
} as const

/** Where the data of a plan flows: its tasks and channels in a fixed order. */
export interface Edge {
  readonly from: SubtaskId
  readonly to: SubtaskId
  readonly id: ChannelId
}

export const edgesOf = (plan: Plan): ReadonlyArray<Edge> =>
  Object.entries(plan).flatMap(([to, { inputs }]) => inputs.map((from) => ({ from, to, id: edgeId(from, to) })))

const edgeId = (from: SubtaskId, to: SubtaskId): ChannelId => `${from}>${to}`

export const tasksOf = (plan: Plan): ReadonlyArray<SubtaskId> => Object.keys(plan)

export const sinksOf = (plan: Plan): ReadonlyArray<SubtaskId> => tasksOf(plan).filter((task) => plan[task]?.isSink)

/** A record: the `number`-th of its key; records of one key take one way and keep their order. */
export interface Rec {
  readonly key: string
  readonly number: number
}

/** The record that a source emits after `offset` others, and the output it takes; outputs are dealt in turn. */
export const recordAt = (
  task: SubtaskId,
  outputs: ReadonlyArray<Edge>,
  offset: number
): { readonly record: Rec; readonly edge: Edge | undefined } => {
  const edge = outputs[offset % outputs.length]
  const key = outputs.length > 1 ? `${task}/${edge?.to}` : task
  return { record: { key, number: Math.floor(offset / outputs.length) + 1 }, edge }
}

/** Whether the way of a record leads through a task. */
export const reaches = (plan: Plan, { key }: Rec, task: SubtaskId): boolean => {
  const at = key.slice(key.indexOf("/") + 1)
  const isBehind = (name: string): boolean => name === at || (plan[name]?.inputs.some(isBehind) ?? false)
  return isBehind(task)
}

/** All that the sources have, sorted as {@link sortRecords} does. */
export const allRecords = (plan: Plan): ReadonlyArray<Rec> =>
  sortRecords(
    Object.entries(plan).flatMap(([name, { records }]) => {
      const outputs = edgesOf(plan).filter(({ from }) => from === name)
      return Array.from({ length: records }, (_, offset) => recordAt(name, outputs, offset).record)
    })
  )

export const sortRecords = (records: ReadonlyArray<Rec>): ReadonlyArray<Rec> =>
  [...records].sort((a, b) => (a.key === b.key ? a.number - b.number : a.key < b.key ? -1 : 1))
