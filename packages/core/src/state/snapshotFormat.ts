/**
 * The layout of a state object: one file per subtask and checkpoint, complete in itself.
 *
 * preamble (32 bytes, the same in every format to come), little-endian:
 *   0  magic "TIDESNAP"        12  length of the header      24  xxHash64 of bytes 0 to 23
 *   8  version of the format   16  xxHash64 of the header
 * header: JSON, see {@link SnapshotHeader}
 * sections: in the order of the header, one per state and key group that holds entries; see SectionRows.ts
 *
 * S1 Every byte is covered by a checksum or compared, and the length is known: no change goes unnoticed.
 */
import { Schema } from "effect"
import { keyGroupCount } from "../model/keyGroups.ts"

export const formatVersion = 1

export const magic: Uint8Array = new TextEncoder().encode("TIDESNAP")

export const preambleLength = 32
export const versionOffset = 8
export const headerLengthOffset = 12
export const headerChecksumOffset = 16
export const preambleChecksumOffset = 24

/** Key group, entries, bytes uncompressed, bytes as stored, xxHash64 of the stored bytes. Equal lengths: not compressed. */
const SectionEntry = Schema.Tuple([
  Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: keyGroupCount - 1 })),
  Schema.Natural,
  Schema.Natural,
  Schema.Natural,
  Schema.String
])

const StateEntry = Schema.Struct({
  operator: Schema.String,
  name: Schema.String,
  kind: Schema.Literals(["value", "list", "map", "reducing", "aggregating", "window", "timer"]),
  key: Schema.Json,
  value: Schema.Json,
  codec: Schema.Int,
  sections: Schema.Array(SectionEntry)
})

export const SnapshotHeader = Schema.Struct({
  keyGroups: Schema.Literal(keyGroupCount),
  states: Schema.Array(StateEntry),
  lists: Schema.Array(Schema.Struct({ operator: Schema.String, name: Schema.String, items: Schema.Array(Schema.Json) }))
})

export type SnapshotHeader = typeof SnapshotHeader.Type
export type StateEntry = typeof StateEntry.Type
export type SectionEntry = typeof SectionEntry.Type
