/**
 * Aggregates the records of a key per tumbling event-time window.
 *
 * W1 A record belongs to the window that starts at the greatest multiple of the size that is not after it.
 * W2 A window fires once, when the watermark has reached `end - 1`; what comes later for it is counted, and dropped
 *    or emitted to a side output.
 * W3 Windows fire in order of their start; their state lives in the keyed table only, under their start.
 */
import type { Schema } from "effect"
import type { KeyValue } from "../model/keyGroups.ts"
import type { Timestamp } from "../model/time.ts"
import type { Aggregation } from "./aggregation.ts"
import { emitLate, lateCollector, lateSides } from "./lateRecords.ts"
import type { ChainCode, OperatorStep, RecordNames } from "./OperatorStep.ts"
import { asSlots } from "./slots.ts"
import { describeWindowState, emitAddTo, emitFire, type FiringWindows, fireWindows } from "./windowState.ts"

export interface WindowAggregateOptions {
  readonly uid: string
  readonly description: string
  /** Recorded with every checkpoint: a window of another size is another operator. */
  readonly kind: string
  readonly sizeMs: number
  readonly aggregation: Aggregation
  readonly key: Schema.Codec<unknown, unknown>
  /** Answers the key as the user knows it; null where that is the stored key itself. */
  readonly restoreKey: ((key: KeyValue) => unknown) | null
  /** Tag of the side output that late records go to; null if they are dropped. */
  readonly late: string | null
}

export const windowAggregateStep = (options: WindowAggregateOptions): OperatorStep => {
  const { aggregation, description, kind, late, sizeMs, uid } = options
  const windows: FiringWindows = { ...options, state: "windows" }
  return {
    ...{ uid, kind, description },
    states: [describeWindowState(windows)],
    ...lateSides(late),
    emit: (code, record) => {
      const start = code.name("start")
      return `${emitStart(code, windows, { ...record, start })}
if (${start} + ${sizeMs - 1} <= ${code.currentWatermark}) ${emitLate(code, late, record)}
else {
${emitAddTo(code, windows, record, start)}
}`
    },
    emitWatermark: (code, { previous, current }, emitNext) =>
      `if (Math.floor((${previous} + 1) / ${sizeMs}) < Math.floor((${current} + 1) / ${sizeMs})) {
${emitFire(code, windows, current, emitNext)}
}`,
    interpret: (context, next) => {
      const table = context.table(windows.state)
      const addLate = lateCollector(context, late)
      return {
        record: (value, timestamp, key, group) => {
          const start = windowStart(timestamp, sizeMs)
          if (start + sizeMs - 1 <= context.currentWatermark()) return addLate(value, timestamp)
          table.update(key, group, start, (accumulator) => aggregation.add(asSlots(accumulator), value))
        },
        watermark: (current) => fireWindows(table, windows, current, next)
      }
    }
  }
}

/** W1. Most records belong to the window of the record before: a look at its bounds is cheaper than a division. */
const emitStart = (
  code: ChainCode,
  of: FiringWindows,
  { ahead, start, timestamp }: Pick<RecordNames, "ahead" | "timestamp"> & { readonly start: string }
): string => {
  const divided = `Math.floor(${timestamp} / ${of.sizeMs}) * ${of.sizeMs}`
  if (code.layout(of.state) === null) return `const ${start} = ${divided}`
  return `let ${start} = ${code.cursor(of.state, ahead).namespace}
if (!(${timestamp} >= ${start} && ${timestamp} < ${start} + ${of.sizeMs})) ${start} = ${divided}`
}

/** W1; exact for whole milliseconds: a quotient below a whole number is never rounded up to it below 2^53. */
export const windowStart = (timestamp: Timestamp, sizeMs: number): Timestamp => Math.floor(timestamp / sizeMs) * sizeMs
