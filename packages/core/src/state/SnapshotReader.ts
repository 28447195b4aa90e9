import type { OperatorList } from "./OperatorList.ts"

/** A verified snapshot object: every byte was checked when it was opened. */
export interface SnapshotReader {
  readonly lists: ReadonlyArray<OperatorList>
  /** The states it holds, with the entries and bytes of each. */
  readonly sections: ReadonlyArray<SnapshotSection>
}

export interface SnapshotSection {
  readonly operator: string
  readonly state: string
  readonly entries: number
  readonly bytes: number
}
