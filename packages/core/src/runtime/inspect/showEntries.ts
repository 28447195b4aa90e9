/**
 * Turns the stored rows of one state of one former subtask into entries, by what was recorded with them. Both layouts, and
 * deltas with the objects that they continue.
 */
import { Effect } from "effect"
import { invariant } from "../../model/invariant.ts"
import type { Json } from "../../model/Json.ts"
import { hashKey, type KeyValue, keyGroupCount, keyGroupOf } from "../../model/keyGroups.ts"
import {
  type ChainedState,
  isoTime,
  keysMeant,
  type LoadFilter,
  type RestoreContext,
  type RowBlock,
  restoreFixed,
  SectionReader,
  type Slice,
  type StateRecord,
  type StoredFixed,
  type StoredMaps,
  showRecorded,
  showRecordedKey,
  showRecordedRow
} from "../../state/index.ts"
import type { KeyedEntry } from "./StateEntry.ts"

export interface ShowOptions {
  readonly stored: ChainedState
  /** As typed by a user; null for all keys. */
  readonly key: string | null
  /** Key groups `[from, to)`. */
  readonly range: KeyGroups
  readonly emit: (entry: KeyedEntry) => void
  /** Asked between steps: lets what was emitted be taken. */
  readonly slice: Slice
}

export interface KeyGroups {
  readonly from: number
  readonly to: number
}

export const allKeyGroups: KeyGroups = { from: 0, to: keyGroupCount }

/** Fails: throws `RecordedMisfit`, as a defect, for rows that do not fit their description. */
export const showEntries = Effect.fnUntraced(function* (options: ShowOptions) {
  const { record, stored } = options.stored
  const show = makeEntry(record)
  const wanted = options.key === null ? null : new Set(keysMeant(record.key, options.key))
  if (wanted?.size === 0) return
  const range = narrowed(options.range, wanted)
  const [newest, ...older] = stored
  if (newest?._tag === "Maps") yield* showMaps(newest, { ...options, range }, { show, wanted })
  else if (newest !== undefined)
    yield* showFixed([newest, ...older.filter(isFixed)], { ...options, range }, { show, wanted })
})

interface Showing {
  readonly show: (key: KeyValue, namespace: number, value: () => Json) => KeyedEntry
  readonly wanted: ReadonlySet<KeyValue> | null
}

const isFixed = (stored: StoredMaps | StoredFixed): stored is StoredFixed => stored._tag === "Fixed"

/** One key lies in one key group. */
const narrowed = (range: KeyGroups, wanted: ReadonlySet<KeyValue> | null): KeyGroups => {
  const groups = [...(wanted ?? [])].map((key) => keyGroupOf(hashKey(key)))
  if (wanted === null || groups.length === 0) return range
  return { from: Math.max(range.from, Math.min(...groups)), to: Math.min(range.to, Math.max(...groups) + 1) }
}

const makeEntry = (record: StateRecord): Showing["show"] => {
  const { kind, name: state, operator } = record
  const showKey = showRecordedKey(record.key)
  return (stored, namespace, value) => {
    const entry = { operator, state, kind, key: showKey(stored) }
    if (kind === "timer") return { ...entry, due: timesOf(value()) }
    return kind === "window"
      ? { ...entry, windowStart: isoTime(namespace), value: value() }
      : { ...entry, value: value() }
  }
}

const timesOf = (times: Json): ReadonlyArray<string> =>
  Array.isArray(times) ? times.map((time) => isoTime(Number(time))) : []

const showMaps = Effect.fnUntraced(function* (
  { groups }: StoredMaps,
  { emit, range, slice, stored: { record } }: ShowOptions,
  { show, wanted }: Showing
) {
  const showValue = showRecorded(record.value)
  // Rows are shown as they are stored: nothing of the job's own code is needed to decode them.
  const codec = { encode: () => null, decode: (plain: unknown) => plain }
  for (const { group, rows } of groups) {
    if (group < range.from || group >= range.to) continue
    const reader = new SectionReader(yield* rows, codec)
    const visit = (key: KeyValue, namespace: number, plain: unknown): void => {
      if (wanted === null || wanted.has(key)) emit(show(key, namespace, () => showValue(plain)))
    }
    while (reader.next(visit)) if (slice.isOver()) yield* slice.pause
  }
})

const showFixed = (
  chain: ReadonlyArray<StoredFixed>,
  { emit, range, slice, stored: { record } }: ShowOptions,
  { show, wanted }: Showing
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const layout = chain[0]?.layout
    invariant(layout !== undefined, "a state off-heap is stored in an object at least")
    const showValue = showRecordedRow(record.value, layout.columns)
    const load = (block: RowBlock, { isWanted, range: within }: LoadFilter): void => {
      const isWhole = within.from === 0 && within.to === keyGroupCount
      for (const [at, key] of block.keys.entries()) {
        if (key === null || wanted?.has(key) === false) continue
        if (isWanted !== null && !isWanted(block.rows[at] ?? -1)) continue
        if (!isWhole && !isIn(within, key)) continue
        emit(show(key, block.namespace, () => showValue(block.columns, at)))
      }
    }
    const context: RestoreContext = { range, slice }
    return restoreFixed({ layout, expect: () => {}, load }, chain, context)
  })

const isIn = ({ from, to }: KeyGroups, key: KeyValue): boolean => {
  const group = keyGroupOf(hashKey(key))
  return group >= from && group < to
}
