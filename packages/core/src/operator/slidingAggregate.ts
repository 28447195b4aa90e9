/**
 * Aggregates the records of a key per sliding event-time window: windows of one size, one beginning at every multiple of
 * an interval, so that a record belongs to several of them.
 *
 * W1 A record belongs to all windows that start at a multiple of the interval, not after it, and end after it.
 * W2 A window fires once, when the watermark has reached `end - 1`. A record counts in those of its windows that have not
 *    fired; if all of them have, it is late: counted, and dropped or emitted to a side output.
 * W3 Windows fire in order of their start; their state lives in keyed tables only.
 * W4 Where aggregates can be merged, a record is added to one *slice* of time, as long as size and interval allow; when
 *    the watermark has passed a slice, it is merged into the windows that contain it. What has fired is never merged
 *    again: what is left in the tables says all, after a restore as well.
 *
 * Cost: of a record one accumulator, or one per window where a custom aggregate forbids slices; of a slice one merge per
 * key and window.
 */
import type { Timestamp } from "../model/time.ts"
import type { Merging } from "./aggregation.ts"
import { emitLate, lateCollector, lateSides } from "./lateRecords.ts"
import type { ChainCode, OperatorStep, RecordNames, StepContext } from "./OperatorStep.ts"
import { asSlots } from "./slots.ts"
import type { WindowAggregateOptions } from "./windowAggregate.ts"
import {
  describeWindowState,
  emitAcquire,
  emitAddTo,
  emitDrained,
  emitFire,
  type FiringWindows,
  fireWindows,
  type WindowState
} from "./windowState.ts"

export interface SlidingAggregateOptions extends WindowAggregateOptions {
  /** At most the size. */
  readonly everyMs: number
}

/** What a sliding window comes to. */
interface Sliding {
  readonly everyMs: number
  readonly windows: FiringWindows
  /** Null where records go into windows directly. */
  readonly slices: Slices | null
  /** Tag of the side output that late records go to; null if they are dropped. */
  readonly late: string | null
}

interface Slices extends WindowState {
  readonly sliceMs: number
  readonly merging: Merging
}

export const slidingAggregateStep = (options: SlidingAggregateOptions): OperatorStep => {
  const { description, kind, late, uid } = options
  const sliding = slidingOf(options)
  const { slices, windows } = sliding
  return {
    ...{ uid, kind, description },
    states: [...(slices === null ? [] : [describeWindowState(slices)]), describeWindowState(windows)],
    ...lateSides(late),
    emit: (code, record) => emitRecord(code, sliding, record),
    emitWatermark: (code, { current, previous }, emitNext) => {
      const fire = emitFire(code, windows, "until", emitNext)
      const body = slices === null ? `fire(${current})` : emitMerging(code, sliding, slices, current)
      const step = boundaryMs(sliding)
      return `if (Math.floor((${previous} + 1) / ${step}) < Math.floor((${current} + 1) / ${step})) {
const fire = (until) => {
${fire}
}
${body}
}`
    },
    interpret: (context, next) => {
      const addLate = lateCollector(context, late)
      return {
        record: (value, timestamp, key, group) => {
          if (!addRecord(context, sliding, { value, timestamp, key, group })) addLate(value, timestamp)
        },
        watermark: (current) => {
          const table = context.table(windows.state)
          if (slices !== null) {
            mergeSlices(context, sliding, slices, current, (until) => fireWindows(table, windows, until, next))
          }
          fireWindows(table, windows, current, next)
        }
      }
    }
  }
}

const slidingOf = ({ aggregation, everyMs, key, late, restoreKey, sizeMs, uid }: SlidingAggregateOptions): Sliding => {
  const shared = { uid, aggregation, key }
  const { merging } = aggregation
  return {
    ...{ everyMs, late },
    windows: { ...shared, state: "windows", sizeMs, restoreKey },
    slices:
      merging === null ? null : { ...shared, state: "slices", merging, sliceMs: greatestCommonDivisor(sizeMs, everyMs) }
  }
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b))

/** Slices and windows begin and end at multiples of it. */
const boundaryMs = ({ everyMs, windows }: Sliding): number => greatestCommonDivisor(windows.sizeMs, everyMs)

/** W1 W2 */
const emitRecord = (code: ChainCode, sliding: Sliding, record: RecordNames): string => {
  const { everyMs, slices, windows } = sliding
  const { sizeMs } = windows
  const { currentWatermark: watermark } = code
  const last = code.name("last")
  const start = code.name("start")
  const intoWindows = `for (let ${start} = ${last}; ${start} > ${record.timestamp} - ${sizeMs} && ${start} + ${sizeMs - 1} > ${watermark}; ${start} -= ${everyMs}) {
${emitAddTo(code, windows, record, start)}
}`
  const late = `const ${last} = Math.floor(${record.timestamp} / ${everyMs}) * ${everyMs}
if (${last} + ${sizeMs - 1} <= ${watermark}) ${emitLate(code, sliding.late, record)}`
  if (slices === null) return `${late}\nelse {\n${intoWindows}\n}`
  const { sliceMs } = slices
  const slice = code.name("slice")
  return `${late}
else {
const ${slice} = Math.floor(${record.timestamp} / ${sliceMs}) * ${sliceMs}
if (${slice} + ${sliceMs - 1} > ${watermark}) {
${emitAddTo(code, slices, record, slice)}
} else {
${intoWindows}
}
}`
}

/** W4, in order of time: windows that no later slice belongs to fire before it is merged, so that few are open at once. */
const emitMerging = (code: ChainCode, sliding: Sliding, slices: Slices, current: string): string => {
  const { everyMs, windows } = sliding
  const { sizeMs } = windows
  const { group, parameters, places, table } = emitDrained(code, slices)
  const into = emitAcquire(code, windows, { key: "key", group, start: "start" })
  return `for (const slice of ${table}.namespaces()) {
if (slice + ${slices.sliceMs - 1} > ${current}) break
fire(slice - 1)
const last = Math.floor(slice / ${everyMs}) * ${everyMs}
${table}.drain(slice, (${parameters}) => {
for (let start = last; start > slice - ${sizeMs}; start -= ${everyMs}) {
${into.acquire}
${slices.merging.emit(into.places, places)}
}
})
}
fire(${current})`
}

interface IncomingRecord {
  readonly value: unknown
  readonly timestamp: Timestamp
  readonly key: Parameters<ReturnType<StepContext["table"]>["update"]>[0]
  readonly group: number
}

/** The twin of {@link emitRecord}; false for a record that is late. */
const addRecord = (context: StepContext, { everyMs, slices, windows }: Sliding, record: IncomingRecord): boolean => {
  const { aggregation, sizeMs } = windows
  const { group, key, timestamp, value } = record
  const watermark = context.currentWatermark()
  const add = (accumulator: unknown): void => aggregation.add(asSlots(accumulator), value)
  const last = Math.floor(timestamp / everyMs) * everyMs
  if (last + sizeMs - 1 <= watermark) return false
  if (slices !== null) {
    const slice = Math.floor(timestamp / slices.sliceMs) * slices.sliceMs
    if (slice + slices.sliceMs - 1 > watermark) {
      context.table(slices.state).update(key, group, slice, add)
      return true
    }
  }
  const table = context.table(windows.state)
  for (let start = last; start > timestamp - sizeMs && start + sizeMs - 1 > watermark; start -= everyMs) {
    table.update(key, group, start, add)
  }
  return true
}

/** The twin of {@link emitMerging}. */
const mergeSlices = (
  context: StepContext,
  { everyMs, windows }: Sliding,
  slices: Slices,
  current: Timestamp,
  fire: (until: Timestamp) => void
): void => {
  const table = context.table(slices.state)
  for (const slice of table.namespaces()) {
    if (slice + slices.sliceMs - 1 > current) break
    fire(slice - 1)
    const last = Math.floor(slice / everyMs) * everyMs
    table.drain(slice, (key, group, accumulator) => {
      for (let start = last; start > slice - windows.sizeMs; start -= everyMs) {
        context
          .table(windows.state)
          .update(key, group, start, (into) => slices.merging.merge(asSlots(into), asSlots(accumulator)))
      }
    })
  }
}
