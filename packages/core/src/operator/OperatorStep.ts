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

export interface OperatorStep {
  readonly uid: string
  readonly kind: string
  /** For `explain`: `filter`, `tumbling window of 1 day`. */
  readonly description: string
  readonly states: ReadonlyArray<KeyedStateDescriptor<unknown>>
  /** The only fields of its records that the operator reads; left out where it may read all. */
  readonly reads?: ReadonlyArray<string>
  /** Of a step that computes the key: the field of the records that is the key; null for a computed one. */
  readonly keyField?: string | null
  /** Code for one record; `next` yields the code of the rest of the chain for a record. */
  readonly emit: (code: ChainCode, record: RecordNames, next: (record: RecordNames) => string) => string
  /** Code to run when the watermark has advanced; `emitNext` is the name of a function `(value, timestamp, key, group)` that runs the rest of the chain. */
  readonly emitWatermark?: (code: ChainCode, watermark: WatermarkNames, emitNext: string) => string
  readonly interpret: (context: StepContext, next: Collector) => StepTwin
}

/** Names of the variables that hold a record in emitted code. */
export interface RecordNames {
  readonly value: string
  readonly timestamp: string
  readonly key: string
  readonly group: string
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
  /** The same for the records of a batch: variables that are declared before them. */
  readonly cursor: (state: string) => RowCursor
  /** False if no state of the task asks for the key group of a record, which then may be anything. */
  readonly needsGroups: boolean
  /** Code that counts a late record of this operator. */
  readonly countLate: string
  /** Expression of the current watermark. */
  readonly currentWatermark: string
  /** Variable of the highest event time assigned so far. */
  readonly maxTimestamp: string
}

export type Collector = (value: unknown, timestamp: Timestamp, key: KeyValue, group: number) => void

export interface StepContext {
  readonly table: (state: string) => KeyedTable<unknown>
  readonly isOffHeap: (state: string) => boolean
  readonly countLate: () => void
  readonly currentWatermark: () => Timestamp
  readonly noteTimestamp: (timestamp: Timestamp) => void
}

export interface StepTwin {
  readonly record: Collector
  readonly watermark?: (watermark: Timestamp) => void
}

/** Whether any state of these operators is kept by key group: maps are, rows off-heap find theirs by the key alone. */
export const needsGroups = (steps: ReadonlyArray<OperatorStep>): boolean =>
  steps.some((step) => step.states.some((state) => layoutOf(state)._tag === "Maps"))
