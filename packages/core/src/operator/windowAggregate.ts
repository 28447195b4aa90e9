/**
 * Aggregates the records of a key per tumbling event-time window.
 *
 * W1 A record belongs to the window that starts at the greatest multiple of the size that is not after it.
 * W2 A window fires once, when the watermark has reached `end - 1`; what comes later for it is counted and dropped.
 * W3 Windows fire in order of their start; their state lives in the keyed table only, under their start.
 */
import type { Schema } from "effect"
import type { KeyValue } from "../model/keyGroups.ts"
import type { Timestamp } from "../model/time.ts"
import type { Aggregation } from "./aggregation.ts"
import type { OperatorStep } from "./OperatorStep.ts"
import { asSlots } from "./slots.ts"

const state = "windows"

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
}

export const windowAggregateStep = (options: WindowAggregateOptions): OperatorStep => ({
  uid: options.uid,
  kind: options.kind,
  description: options.description,
  states: [
    {
      operator: options.uid,
      name: state,
      kind: "window",
      key: options.key,
      value: options.aggregation.accumulator,
      create: options.aggregation.create,
      copy: (accumulator) => options.aggregation.copy(asSlots(accumulator))
    }
  ],
  emit: (code, record) => {
    const { aggregation, sizeMs } = options
    const start = code.name("start")
    const accumulator = code.name("accumulator")
    const { timestamp } = record
    return `const ${start} = Math.floor(${timestamp} / ${sizeMs}) * ${sizeMs}
if (${start} + ${sizeMs - 1} <= ${code.currentWatermark}) ${code.countLate}
else {
const ${accumulator} = ${code.table(state)}.acquire(${record.key}, ${record.group}, ${start})
${aggregation.emitAdd(code, accumulator, record.value)}
}`
  },
  emitWatermark: (code, { previous, current }, emitNext) => {
    const { aggregation, restoreKey, sizeMs } = options
    const table = code.table(state)
    const key = restoreKey === null ? "key" : `${code.bind("restoreKey", restoreKey)}(key)`
    return `if (Math.floor((${previous} + 1) / ${sizeMs}) < Math.floor((${current} + 1) / ${sizeMs})) {
for (const start of ${table}.namespaces()) {
if (start + ${sizeMs - 1} > ${current}) break
const end = start + ${sizeMs}
${table}.drain(start, (key, group, accumulator) => {
${emitNext}({ key: ${key}, window: { start, end }, value: ${aggregation.emitResult(code, "accumulator")} }, end - 1, key, group)
})
}
}`
  },
  interpret: (context, next) => {
    const { aggregation, restoreKey, sizeMs } = options
    const table = context.table(state)
    return {
      record: (value, timestamp, key, group) => {
        const start = windowStart(timestamp, sizeMs)
        if (start + sizeMs - 1 <= context.currentWatermark()) return context.countLate()
        aggregation.add(asSlots(table.acquire(key, group, start)), value)
      },
      watermark: (current) => {
        for (const start of table.namespaces()) {
          const end = start + sizeMs
          if (end - 1 > current) break
          table.drain(start, (key, group, accumulator) => {
            const shown = restoreKey === null ? key : restoreKey(key)
            const value = aggregation.resultOf(asSlots(accumulator))
            next({ key: shown, window: { start, end }, value }, end - 1, key, group)
          })
        }
      }
    }
  }
})

/** W1; exact for whole milliseconds: a quotient below a whole number is never rounded up to it below 2^53. */
export const windowStart = (timestamp: Timestamp, sizeMs: number): Timestamp => Math.floor(timestamp / sizeMs) * sizeMs
