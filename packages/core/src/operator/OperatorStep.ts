/**
 * One operator as the compiler of chains sees it: it can *emit code* for the fused loop and it has an *interpreted twin*.
 *
 * O1 The emitted code and the twin are equal in every observable way (property tests).
 */
import type { KeyValue } from "../model/keyGroups.ts"
import type { Timestamp } from "../model/time.ts"
import type { FixedLayout } from "../state/fixed/RowBlock.ts"
import type { RowCursor } from "../state/fixed/rowCursor.ts"
import type { KeyedStateDescriptor } from "../state/KeyedStateDescriptor.ts"
import type { KeyedTable } from "../state/KeyedTable.ts"
import { layoutOf } from "../state/layout.ts"
import type { ChainClock, ChainLists } from "./ChainHooks.ts"
import type { AsyncMap } from "./mapAsync.ts"

export interface OperatorStep {
  readonly uid: string
  readonly kind: string
  /** For `explain`: `filter`, `tumbling window of 1 day`. */
  readonly description: string
  readonly states: ReadonlyArray<KeyedStateDescriptor<unknown>>
  /** The only fields of its records that the operator reads; left out where it may read all. */
  readonly reads?: ReadonlyArray<string>
  /** Tags of the side outputs that the operator may emit to. */
  readonly sides?: ReadonlyArray<string>
  /** Of a step that computes the key: the field of the records that is the key; null for a computed one. */
  readonly keyField?: string | null
  /** Code for one record; `next` yields the code of the rest of the chain for a record. */
  readonly emit: (code: ChainCode, record: RecordNames, next: (record: RecordNames) => string) => string
  /** Code to run when the watermark has advanced; `emitNext` is the name of a function `(value, timestamp, key, group)` that runs the rest of the chain. */
  readonly emitWatermark?: (code: ChainCode, watermark: WatermarkNames, emitNext: string) => string
  /** Code for processing time, of operators that ask for it. */
  readonly clock?: StepClock
  /** Name of the {@link ChainLists} of an operator that keeps lists. */
  readonly lists?: (code: ChainCode) => string
  /** Whether records are emitted from within the operator's function, and not behind it: `emit` then uses `emitRest`, not `next`. */
  readonly emitsWithin?: boolean
  /** Of a step that is given the results of asynchronous calls, which the task's input makes. */
  readonly asyncMap?: AsyncMap
  readonly interpret: (context: StepContext, next: Collector) => StepTwin
}

export interface StepClock {
  /** Code to run when processing time has come to `now`. */
  readonly emitAdvance: (code: ChainCode, names: { readonly now: string; readonly watermark: string }) => string
  /** Expression of the time at which the next timer is due; Infinity for none. */
  readonly emitNext: (code: ChainCode) => string
}

/** Names of the variables that hold a record in emitted code. */
export interface RecordNames {
  readonly value: string
  readonly timestamp: string
  readonly key: string
  readonly group: string
  /** Expression of the record's place in its batch, where the keys of the batch were read ahead; null elsewhere. */
  readonly ahead: string | null
}

/** Names of the variables that hold the watermark before and after an advance. */
export interface WatermarkNames {
  readonly previous: string
  readonly current: string
}

/** Names and bindings of one generated function. */
export interface ChainCode {
  /** A fresh local name. */
  readonly name: (hint: string) => string
  /** Binds a value (a user's function, a constant) and answers its name. */
  readonly bind: (hint: string, value: unknown) => string
  /** How the rows of a state of this operator lie off-heap; null if it lives in maps. */
  readonly layout: (state: string) => FixedLayout | null
  /** Name of the {@link MapTable} of a state that lives in maps. */
  readonly table: (state: string) => string
  /** Name of the {@link RowStore} of a state off-heap. */
  readonly rows: (state: string) => string
  /** The same for the records of a batch: variables that are declared before them. `ahead` is that of the record. */
  readonly cursor: (state: string, ahead: string | null) => RowCursor
  /** False if no state of the task asks for the key group of a record, which then may be anything. */
  readonly needsGroups: boolean
  /** Code that counts a late record of this operator. */
  readonly countLate: string
  /** Name of a function `(value, timestamp)` that emits to a side output which the operator has declared. */
  readonly side: (tag: string) => string
  /** Name of a constant of each instance, the same for every call of a step; `expression` may use the names of bindings and tables, and is asked for once. */
  readonly declare: (hint: string, expression: () => string) => string
  /** Name of a function `(value, timestamp, key, group)` that runs the rest of the chain; of steps with `emitWatermark`. */
  readonly emitRest: string
  /** Expression of the current watermark. */
  readonly currentWatermark: string
  /** Variable of the highest event time assigned so far. */
  readonly maxTimestamp: string
}

export type Collector = (value: unknown, timestamp: Timestamp, key: KeyValue, group: number) => void

/** Emits a record to a side output; it has no key. */
export type SideCollector = (value: unknown, timestamp: Timestamp) => void

export interface StepContext {
  readonly table: (state: string) => KeyedTable<unknown>
  readonly isOffHeap: (state: string) => boolean
  readonly countLate: () => void
  /** What emits to a side output which the operator has declared. */
  readonly side: (tag: string) => SideCollector
  readonly currentWatermark: () => Timestamp
  readonly noteTimestamp: (timestamp: Timestamp) => void
}

export interface StepTwin {
  readonly record: Collector
  readonly watermark?: (watermark: Timestamp) => void
  readonly clock?: ChainClock
  readonly lists?: ChainLists
}

/** Whether any state of these operators is kept by key group: maps are, rows off-heap find theirs by the key alone. */
export const needsGroups = (steps: ReadonlyArray<OperatorStep>): boolean =>
  steps.some((step) => step.states.some((state) => layoutOf(state)._tag === "Maps"))
