import type { KeyValue } from "./keyGroups.ts"
import type { Timestamp } from "./time.ts"

/**
 * The unit of flow: parallel columns, one entry per record. HOT: plain packed arrays, filled by one writer, then read only
 * until they have been run; nobody keeps them, for they are filled again.
 *
 * `timestamps` is empty until event time is assigned; `keys` and `groups` are empty before a `keyBy`.
 */
export class Batch {
  readonly values: Array<unknown> = []
  readonly timestamps: Array<Timestamp> = []
  readonly keys: Array<KeyValue> = []
  readonly groups: Array<number> = []

  get length(): number {
    return this.values.length
  }
}

/** What a chain reads: a batch, or just the values of a source. */
export type Columns = Pick<Batch, "timestamps" | "keys" | "groups"> & { readonly values: ReadonlyArray<unknown> }
