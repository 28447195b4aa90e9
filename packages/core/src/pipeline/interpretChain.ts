/** The interpreted twin of a chain: a closure per step. Serves where code may not be generated, and as the test's model. */
import type { Columns } from "../model/Batch.ts"
import { minWatermark, type Timestamp } from "../model/time.ts"
import { type ChainContext, type ChainInstance, sideCollector } from "../operator/ChainInstance.ts"
import { groupOfKey } from "../operator/keySelector.ts"
import type { Collector, StepTwin } from "../operator/OperatorStep.ts"
import { chainFailure, clockPosition, endPosition, firedPosition } from "./chainFailure.ts"
import { restoreLists } from "./chainHooks.ts"
import { fixedLayoutOf, openTables } from "./openTables.ts"
import type { TaskOutput, TaskPlan } from "./PhysicalPlan.ts"

/** What the closures of a chain share. */
interface ChainState {
  at: number
  watermark: Timestamp
  /** The watermark before the last advance: event time passes through the steps in order, and behind `turn` it is still this. */
  passed: Timestamp
  /** The step that fires; Infinity while records are run. */
  turn: number
  fired: Timestamp
  maxTimestamp: Timestamp
  firing: unknown
}

export const interpretChain = (task: TaskPlan, context: ChainContext): ChainInstance => {
  const state: ChainState = {
    at: 0,
    watermark: minWatermark,
    passed: minWatermark,
    turn: Number.POSITIVE_INFINITY,
    fired: minWatermark,
    maxTimestamp: minWatermark,
    firing: undefined
  }
  const late = new Map<string, number>()
  const fail = chainFailure(task, context.subtask)
  const { first, twins } = linkTwins(task, context, { state, late })
  return {
    run: (columns) => {
      let index = 0
      try {
        for (; index < columns.values.length; index++) runRecord(first, columns, index)
      } catch (error) {
        throw fail(error, { step: state.at, position: context.position(index), record: columns.values[index] })
      }
    },
    advance: (watermark) => {
      state.passed = state.watermark
      state.watermark = Math.max(state.watermark, watermark)
      if (state.watermark <= state.fired) return
      state.fired = state.watermark
      try {
        for (const [step, twin] of twins.entries()) {
          state.at = step
          state.turn = step
          state.firing = undefined
          twin.watermark?.(state.fired)
        }
      } catch (error) {
        throw fail(error, { step: state.at, position: firedPosition(state.fired), record: state.firing })
      }
      state.turn = Number.POSITIVE_INFINITY
    },
    ...clockOf(twins, { fail, state }),
    ...listsOf(twins, { fail, state }),
    watermark: () => state.watermark,
    restoreWatermark: (watermark) => {
      state.watermark = watermark
      state.fired = minWatermark
    },
    takeMaxTimestamp: () => {
      const max = state.maxTimestamp
      state.maxTimestamp = minWatermark
      return max
    },
    lateRecords: () => new Map(late),
    source: null
  }
}

/** Lists of operators and the end of data, where a step keeps any. */
const listsOf = (
  twins: ReadonlyArray<StepTwin>,
  { fail, state }: { readonly fail: ReturnType<typeof chainFailure>; readonly state: ChainState }
): Pick<ChainInstance, "lists"> => {
  const all = twins.flatMap(({ lists }) => (lists === undefined ? [] : [lists]))
  if (all.length === 0) return {}
  const end = (): void => {
    try {
      for (const [step, twin] of twins.entries()) {
        state.at = step
        state.firing = undefined
        twin.lists?.end(state.watermark)
      }
    } catch (error) {
      throw fail(error, { step: state.at, position: endPosition, record: state.firing })
    }
  }
  return {
    lists: { end, lists: () => all.flatMap((each) => each.lists()), restore: (itemsOf) => restoreLists(all, itemsOf) }
  }
}

/** Processing time, where a step asks for it. */
const clockOf = (
  twins: ReadonlyArray<StepTwin>,
  { fail, state }: { readonly fail: ReturnType<typeof chainFailure>; readonly state: ChainState }
): Pick<ChainInstance, "clock"> => {
  if (twins.every((twin) => twin.clock === undefined)) return {}
  let now = minWatermark
  const advance = (to: number): void => {
    if (!(to > now)) return
    now = to
    try {
      for (const [step, twin] of twins.entries()) {
        state.at = step
        state.firing = undefined
        twin.clock?.advance(to)
      }
    } catch (error) {
      throw fail(error, { step: state.at, position: clockPosition(to), record: state.firing })
    }
  }
  const next = (): number => Math.min(...twins.map((twin) => twin.clock?.next() ?? Number.POSITIVE_INFINITY))
  return { clock: { advance, next } }
}

const runRecord = (first: Collector, columns: Columns, index: number): void => {
  const timestamp = columns.timestamps[index] ?? minWatermark
  first(columns.values[index], timestamp, columns.keys[index] ?? "", columns.groups[index] ?? 0)
}

interface Shared {
  readonly state: ChainState
  readonly late: Map<string, number>
}

/** Builds the twins from the last to the first, each with the next as its collector. */
const linkTwins = (task: TaskPlan, context: ChainContext, { late, state }: Shared) => {
  const tables = openTables(task, context.state)
  const twins: Array<StepTwin> = []
  let next = outputCollector(task.output, context, { index: task.steps.length, state })
  for (const [index, step] of [...task.steps.entries()].reverse()) {
    const rest = next
    const twin = step.interpret(
      {
        table: (name) => tables(step, name),
        isOffHeap: (name) => fixedLayoutOf(step, name) !== null,
        countLate: () => late.set(step.uid, (late.get(step.uid) ?? 0) + 1),
        side: (tag) => sideCollector(context, tag),
        currentWatermark: () => (index > state.turn ? state.passed : state.watermark),
        noteTimestamp: (timestamp) => {
          if (timestamp > state.maxTimestamp) state.maxTimestamp = timestamp
        }
      },
      step.emitWatermark === undefined ? rest : watchFiring(rest, index, state)
    )
    twins.unshift(twin)
    next = (value, timestamp, key, group) => {
      state.at = index
      twin.record(value, timestamp, key, group)
    }
  }
  return { first: next, twins }
}

/** Remembers what a step fires, and that the step goes on when the rest of the chain has taken it. */
const watchFiring =
  (rest: Collector, index: number, state: ChainState): Collector =>
  (value, timestamp, key, group) => {
    state.firing = value
    rest(value, timestamp, key, group)
    state.at = index
  }

const outputCollector = (
  output: TaskOutput,
  context: ChainContext,
  { index, state }: { readonly index: number; readonly state: ChainState }
): Collector => {
  if (output._tag !== "Exchange") {
    return (value, timestamp) => {
      state.at = index + 1
      context.output.collect(value, timestamp, "", 0)
    }
  }
  const { select } = output.key
  const hashes = output.needsGroups || context.output.isSingle !== true
  return (value, timestamp) => {
    state.at = index
    const key = select(value)
    state.at = index + 1
    context.output.collect(value, timestamp, key, hashes ? groupOfKey(key) : 0)
  }
}
