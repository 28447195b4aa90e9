/** The accumulators of windows, or of slices of them, by key and start: one keyed state, in either layout. */
import type { Schema } from "effect"
import type { KeyValue } from "../model/keyGroups.ts"
import type { Timestamp } from "../model/time.ts"
import type { KeyedStateDescriptor } from "../state/KeyedStateDescriptor.ts"
import type { KeyedTable } from "../state/KeyedTable.ts"
import type { Aggregation } from "./aggregation.ts"
import type { ChainCode, Collector, RecordNames } from "./OperatorStep.ts"
import { columnPlaces, emitRow, fieldPlaces, type SlotPlaces } from "./slotPlaces.ts"
import { asSlots } from "./slots.ts"

export interface WindowState {
  readonly uid: string
  /** The state's name. */
  readonly state: string
  readonly aggregation: Aggregation
  readonly key: Schema.Codec<unknown, unknown>
}

export const describeWindowState = ({ aggregation, key, state, uid }: WindowState): KeyedStateDescriptor<unknown> => ({
  operator: uid,
  name: state,
  kind: "window",
  key,
  value: aggregation.accumulator,
  create: aggregation.create,
  copy: (accumulator) => aggregation.copy(asSlots(accumulator))
})

/** Code that finds or creates the accumulator of a key that starts at a variable, and its places behind that code. */
export const emitAcquire = (
  code: ChainCode,
  of: WindowState,
  { group, key, start }: Pick<RecordNames, "key" | "group"> & { readonly start: string }
): { readonly acquire: string; readonly places: SlotPlaces } => {
  const layout = code.layout(of.state)
  if (layout === null) {
    const accumulator = code.name("accumulator")
    const acquire = `const ${accumulator} = ${code.table(of.state)}.acquire(${key}, ${group}, ${start})`
    return { acquire, places: fieldPlaces(accumulator) }
  }
  const row = { layout, cells: code.name("cells"), at: code.name("at") }
  const rows = code.rows(of.state)
  const places = columnPlaces(code, describeWindowState(of), row)
  const acquire = `let ${row.at} = ${rows}.seek(${key}, ${start})
const ${row.at}New = ${row.at} < 0
if (${row.at}New) ${row.at} = ${rows}.create(${key}, ${start})
const ${row.cells} = ${rows}.cells
if (${row.at}New) {
${of.aggregation.emitCreate(code, places)}
}`
  return { acquire, places }
}

/** Adds a record of a batch to the accumulator of its key that starts at a variable. */
export const emitAddTo = (code: ChainCode, of: WindowState, record: RecordNames, start: string): string => {
  if (code.layout(of.state) === null) {
    const { acquire, places } = emitAcquire(code, of, { ...record, start })
    return `${acquire}\n${of.aggregation.emitAdd(code, places, record.value)}`
  }
  const cursor = code.cursor(of.state, record.ahead)
  const sought = { key: record.key, namespace: start, at: code.name("at") }
  const places = columnPlaces(code, describeWindowState(of), { ...cursor, at: sought.at })
  return `${emitRow(code, cursor, sought, of.aggregation.emitCreate(code, places))}
${of.aggregation.emitAdd(code, places, record.value)}`
}

/** The table to drain; what its visitor is given, and how it reaches what it was given. */
export const emitDrained = (code: ChainCode, of: WindowState) => {
  const layout = code.layout(of.state)
  if (layout === null) {
    const places = fieldPlaces("accumulator")
    return { table: code.table(of.state), parameters: "key, group, accumulator", group: "group", places }
  }
  const places = columnPlaces(code, describeWindowState(of), { layout, cells: "cells", at: "offset" })
  const rows = code.rows(of.state)
  const group = code.needsGroups ? `${rows}.groupOf(key)` : "0"
  return { table: rows, parameters: "key, cells, offset", group, places }
}

/** How whole windows come out, whatever cuts them. */
export interface FiringWindows extends WindowState {
  readonly sizeMs: number
  /** Answers the key as the user knows it; null where that is the stored key itself. */
  readonly restoreKey: ((key: KeyValue) => unknown) | null
}

/** Fires all windows whose last millisecond is at most the expression `until`, in order of their start. */
export const emitFire = (code: ChainCode, of: FiringWindows, until: string, emitNext: string): string => {
  const { aggregation, restoreKey, sizeMs } = of
  const { group, parameters, places, table } = emitDrained(code, of)
  const key = restoreKey === null ? "key" : `${code.bind("restoreKey", restoreKey)}(key)`
  const value = aggregation.emitResult(code, places)
  return `for (const start of ${table}.namespaces()) {
if (start + ${sizeMs - 1} > ${until}) break
const end = start + ${sizeMs}
${table}.drain(start, (${parameters}) => {
${emitNext}({ key: ${key}, window: { start, end }, value: ${value} }, end - 1, key, ${group})
})
}`
}

/** The twin of {@link emitFire}. */
export const fireWindows = (
  table: KeyedTable<unknown>,
  { aggregation, restoreKey, sizeMs }: FiringWindows,
  until: Timestamp,
  next: Collector
): void => {
  for (const start of table.namespaces()) {
    const end = start + sizeMs
    if (end - 1 > until) break
    table.drain(start, (key, group, accumulator) => {
      const shown = restoreKey === null ? key : restoreKey(key)
      const value = aggregation.resultOf(asSlots(accumulator))
      next({ key: shown, window: { start, end }, value }, end - 1, key, group)
    })
  }
}
