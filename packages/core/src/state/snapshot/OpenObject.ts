/** A verified state object, on its own: what it holds itself and what it continues. */
import type { Effect } from "effect"
import type { StateRecord } from "../describeState.ts"
import type { FixedLayout } from "../fixed/RowBlock.ts"
import type { OperatorList } from "../OperatorList.ts"
import type { BaseObject } from "./snapshotFormat.ts"

export interface OpenObject {
  /** Its own name; null in format 1. */
  readonly name: string | null
  /** Name or path, for messages. */
  readonly path: string
  readonly checkpoint: number | null
  readonly size: number
  readonly identity: string
  /** Newest first. */
  readonly bases: ReadonlyArray<BaseObject>
  readonly states: ReadonlyArray<StoredState>
  readonly lists: ReadonlyArray<OperatorList>
}

export type StoredState = StoredMaps | StoredFixed

interface Stored {
  readonly record: StateRecord
  readonly entries: number
  /** As stored, in this object. */
  readonly bytes: number
  readonly depth: number
}

export interface StoredMaps extends Stored {
  readonly _tag: "Maps"
  readonly groups: ReadonlyArray<StoredGroup>
}

/** One key group of one state in maps. */
export interface StoredGroup {
  readonly group: number
  readonly entries: number
  /** The rows, uncompressed. */
  readonly rows: Effect.Effect<Uint8Array>
}

export interface StoredFixed extends Stored {
  readonly _tag: "Fixed"
  readonly layout: FixedLayout
  readonly spaces: { readonly count: number; readonly bytes: Effect.Effect<Uint8Array> }
  /** Uncompressed, see ChunkWriter.ts. */
  readonly chunks: ReadonlyArray<Effect.Effect<Uint8Array>>
}
