/**
 * The layout of a state object: one file per subtask and checkpoint. A delta names the objects that it continues.
 *
 * preamble (32 bytes, the same in every format to come), little-endian:
 *   0  magic "TIDESNAP"        12  length of the header      24  xxHash64 of bytes 0 to 23: the object's identity
 *   8  version of the format   16  xxHash64 of the header
 * header: JSON, see {@link SnapshotHeader}
 * parts: in the order of the header. Of a state in maps its sections, one per key group that holds entries (see
 * SectionRows.ts); of a state off-heap its spaces (see spaces.ts), then its chunks (see ChunkWriter.ts).
 *
 * S1 Every byte is covered by a checksum or compared, and the length is known: no change goes unnoticed.
 * S2 An object names itself and what it continues by name, checkpoint, size and identity: none can stand for another.
 *
 * Format 1 knows only states in maps, and neither names itself nor continues anything.
 */
import { Schema } from "effect"
import { keyGroupCount } from "../../model/keyGroups.ts"

export const formatVersion = 2

export const magic: Uint8Array = new TextEncoder().encode("TIDESNAP")

export const preambleLength = 32
export const versionOffset = 8
export const headerLengthOffset = 12
export const headerChecksumOffset = 16
export const preambleChecksumOffset = 24

/** Bytes uncompressed, bytes as stored, xxHash64 of the stored bytes. Equal lengths: not compressed. */
const stored = [Schema.Natural, Schema.Natural, Schema.String] as const

/** Key group, entries, and how they are stored. */
const SectionEntry = Schema.Tuple([
  Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: keyGroupCount - 1 })),
  Schema.Natural,
  ...stored
])

/** Rows with an entry, rows that were removed, and how they are stored. */
const ChunkEntry = Schema.Tuple([Schema.Natural, Schema.Natural, ...stored])

const record = {
  operator: Schema.String,
  name: Schema.String,
  kind: Schema.Literals(["value", "list", "map", "reducing", "aggregating", "window", "timer"]),
  key: Schema.Json,
  value: Schema.Json,
  codec: Schema.Int
}

const MapsEntry = Schema.Struct({
  ...record,
  layout: Schema.Literal("maps"),
  sections: Schema.Array(SectionEntry)
})

const FixedEntry = Schema.Struct({
  ...record,
  layout: Schema.Literal("off-heap"),
  keys: Schema.Literals(["integer", "string"]),
  columns: Schema.Array(Schema.Struct({ name: Schema.String, kind: Schema.Literals(["number", "boolean"]) })),
  /** How many of the objects that are continued hold rows of this state, the newest first; 0 where it is whole in itself. */
  depth: Schema.Natural,
  /** Entries at the barrier, over the whole chain. */
  entries: Schema.Natural,
  /** Number of namespaces, and how they are stored. */
  spaces: Schema.Tuple([Schema.Natural, ...stored]),
  chunks: Schema.Array(ChunkEntry)
})

const BaseEntry = Schema.Struct({
  object: Schema.String,
  checkpoint: Schema.Int,
  size: Schema.Natural,
  identity: Schema.String
})

const List = Schema.Struct({ operator: Schema.String, name: Schema.String, items: Schema.Array(Schema.Json) })

export const SnapshotHeader = Schema.Struct({
  keyGroups: Schema.Literal(keyGroupCount),
  object: Schema.String,
  checkpoint: Schema.Int,
  /** What is continued, newest first. */
  bases: Schema.Array(BaseEntry),
  states: Schema.Array(Schema.Union([MapsEntry, FixedEntry])),
  lists: Schema.Array(List)
})

export const SnapshotHeader1 = Schema.Struct({
  keyGroups: Schema.Literal(keyGroupCount),
  states: Schema.Array(Schema.Struct({ ...record, sections: Schema.Array(SectionEntry) })),
  lists: Schema.Array(List)
})

export type SnapshotHeader = typeof SnapshotHeader.Type
export type MapsEntry = typeof MapsEntry.Type
export type FixedEntry = typeof FixedEntry.Type
export type StateEntry = MapsEntry | FixedEntry
/** An object that another one continues. */
export type BaseObject = typeof BaseEntry.Type
