import type { OperatorList } from "../OperatorList.ts"

/** A verified snapshot: every byte was checked when it was opened, also of the older objects that it continues. */
export interface SnapshotReader {
  readonly lists: ReadonlyArray<OperatorList>
  /** The states it holds, with the entries and bytes of each. */
  readonly sections: ReadonlyArray<SnapshotSection>
}

export interface SnapshotSection {
  readonly operator: string
  readonly state: string
  readonly entries: number
  /** All that a restore reads. */
  readonly bytes: number
  /** The part of `bytes` in deltas, which continue an older object. */
  readonly deltaBytes: number
}
