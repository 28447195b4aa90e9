import type { KeyValue } from "../../model/keyGroups.ts"
import type { RecordLayout } from "./recordLayout.ts"
import type { WireMemory } from "./WireMemory.ts"
import type { WireWriter } from "./WireWriter.ts"

/** Writes the columns of records and makes records of them. HOT per batch. */
export interface RecordCodec {
  /** Fails: throws `RecordMismatch` for a record that does not fit its schema. */
  readonly encode: (values: ReadonlyArray<unknown>, out: WireWriter) => void
  /** Fills the first `count` places; the columns begin at `at`. */
  readonly decode: (memory: WireMemory, at: number, into: RecordsInto) => void
}

export interface RecordsInto {
  readonly count: number
  readonly values: Array<unknown>
  readonly keys: Array<KeyValue>
}

export interface RecordCodecOptions {
  readonly layout: RecordLayout
  /** The field that every record is keyed by; null where keys come from elsewhere. */
  readonly keyField: string | null
}
