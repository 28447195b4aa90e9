/**
 * The form of batches between threads: a header, timestamps, key groups, keys, then the columns of the records.
 *
 * W2 A batch that is decoded equals the batch that was encoded, of its records what the schema declares.
 * W3 Nothing of the memory is kept once `decode` has returned.
 */
import type { Schema } from "effect"
import type { Batch } from "../../model/Batch.ts"
import { invariant } from "../../model/invariant.ts"
import { type KeyValue, keyGroupCount } from "../../model/keyGroups.ts"
import { canGenerateCode } from "../../state/canGenerateCode.ts"
import type { KeyKind } from "../../state/keyKind.ts"
import { decodeKey, encodePrimitive } from "../../state/Plain.ts"
import { generateRecords } from "./generateRecords.ts"
import { interpretRecords } from "./interpretRecords.ts"
import { packedEnd, readPacked, writePacked } from "./packed.ts"
import type { RecordCodec } from "./RecordCodec.ts"
import { layoutOf } from "./recordLayout.ts"
import { readStrings, writeStrings } from "./strings.ts"
import { align8, type WireMemory } from "./WireMemory.ts"
import type { WireWriter } from "./WireWriter.ts"

export interface BatchCodec {
  /** Appends a batch to `out`. Fails: throws `RecordMismatch` for a record that does not fit its schema. */
  readonly encode: (batch: Batch, out: WireWriter) => void
  /** Overwrites `batch` with the one at `offset`. */
  readonly decode: (memory: WireMemory, offset: number, batch: Batch) => void
}

export interface BatchCodecOptions {
  readonly record: Schema.Codec<unknown, unknown>
  /** Null where records are not keyed. */
  readonly key: { readonly kind: KeyKind /** Null for a computed key. */; readonly field: string | null } | null
  /** The only fields of the records that are sent; null for all. */
  readonly fields: ReadonlyArray<string> | null
  /** False for the interpreted twin. */
  readonly isGenerated?: boolean
}

export const compileBatchCodec = (options: BatchCodecOptions): BatchCodec => {
  const { fields, key, record } = options
  const keyField = key === null ? null : fieldOfKey(key, fields)
  const compile = (options.isGenerated ?? canGenerateCode()) ? generateRecords : interpretRecords
  const records = compile({ layout: layoutOf(record, fields), keyField })
  return new ColumnCodec(records, key === null || keyField !== null ? null : keyColumn(key.kind))
}

/** The field of the sent records that holds the stored key; a tuple is stored as its text. */
const fieldOfKey = (
  { field, kind }: { readonly kind: KeyKind; readonly field: string | null },
  fields: ReadonlyArray<string> | null
): string | null => {
  if (field === null || kind === "tuple") return null
  return fields === null || fields.includes(field) ? field : null
}

const constantTimestamp = 1
const timestampColumn = 2
const withGroups = 4
const withKeys = 8

const headerBytes = 8

/** HOT per batch. */
class ColumnCodec implements BatchCodec {
  readonly #records: RecordCodec
  readonly #keys: KeyColumn | null

  constructor(records: RecordCodec, keys: KeyColumn | null) {
    this.#records = records
    this.#keys = keys
  }

  encode(batch: Batch, out: WireWriter): void {
    const count = batch.length
    const at = out.reserve(headerBytes) >>> 2
    const flags =
      writeTimestamps(out, batch.timestamps) |
      (batch.groups.length > 0 ? withGroups : 0) |
      (batch.keys.length > 0 ? withKeys : 0)
    if ((flags & withGroups) !== 0) writeGroups(out, batch.groups)
    if (this.#keys !== null && (flags & withKeys) !== 0) this.#keys.write(out, batch.keys)
    this.#records.encode(batch.values, out)
    const { u32 } = out.memory
    u32[at] = count
    u32[at + 1] = flags
  }

  decode(memory: WireMemory, offset: number, batch: Batch): void {
    const count = memory.u32[offset >>> 2] ?? 0
    const flags = memory.u32[(offset >>> 2) + 1] ?? 0
    let at = readTimestamps(memory, offset + headerBytes, { flags, count, timestamps: batch.timestamps })
    if ((flags & withGroups) !== 0) at = readGroups(memory, at, { count, groups: batch.groups })
    else batch.groups.length = 0
    if (batch.values.length > count) batch.values.length = count
    const keyed = (flags & withKeys) === 0 ? 0 : count
    if (batch.keys.length > keyed) batch.keys.length = keyed
    if (this.#keys !== null && keyed > 0) at = this.#keys.read(memory, at, { count, keys: batch.keys })
    this.#records.decode(memory, at, { count, values: batch.values, keys: batch.keys })
  }
}

/** Answers the flag that says how. */
const writeTimestamps = (out: WireWriter, timestamps: ReadonlyArray<number>): number => {
  const count = timestamps.length
  if (count === 0) return 0
  const first = timestamps[0] ?? 0
  let isConstant = true
  for (let i = 1; i < count && isConstant; i++) isConstant = Object.is(timestamps[i], first)
  const stored = isConstant ? 1 : count
  const at = out.reserve(stored * 8) >>> 3
  const { f64 } = out.memory
  for (let i = 0; i < stored; i++) f64[at + i] = timestamps[i] ?? 0
  return isConstant ? constantTimestamp : timestampColumn
}

const readTimestamps = (
  { f64 }: WireMemory,
  at: number,
  into: { readonly flags: number; readonly count: number; readonly timestamps: Array<number> }
): number => {
  const { count, flags, timestamps } = into
  const isConstant = (flags & constantTimestamp) !== 0
  const given = isConstant || (flags & timestampColumn) !== 0 ? count : 0
  if (timestamps.length > given) timestamps.length = given
  const first = at >>> 3
  for (let i = 0; i < given; i++) timestamps[i] = f64[isConstant ? first : first + i] ?? 0
  return at + (isConstant ? 8 : given * 8)
}

/** A key group is a byte. */
const writeGroups = (out: WireWriter, groups: ReadonlyArray<number>): void => {
  invariant(keyGroupCount <= 256, "a key group is a byte", { keyGroupCount })
  const at = out.reserve(groups.length)
  const { u8 } = out.memory
  for (let i = 0; i < groups.length; i++) u8[at + i] = groups[i] ?? 0
}

const readGroups = (
  { u8 }: WireMemory,
  at: number,
  { count, groups }: { readonly count: number; readonly groups: Array<number> }
): number => {
  if (groups.length > count) groups.length = count
  for (let i = 0; i < count; i++) groups[i] = u8[at + i] ?? 0
  return at + align8(count)
}

interface KeyColumn {
  readonly write: (out: WireWriter, keys: ReadonlyArray<KeyValue>) => void
  /** Answers where the column ends. */
  readonly read: (memory: WireMemory, at: number, into: KeysInto) => number
}

interface KeysInto {
  readonly count: number
  readonly keys: Array<KeyValue>
}

const keyColumn = (kind: KeyKind): KeyColumn => {
  if (kind === "integer") return { write: writeIntegers, read: readIntegers }
  return kind === "mixed" ? { write: writeMixed, read: readMixed } : { write: writeTexts, read: readTexts }
}

const writeIntegers = (out: WireWriter, keys: ReadonlyArray<KeyValue>): void => {
  const at = out.reserve(keys.length * 8) >>> 3
  const { f64 } = out.memory
  for (let i = 0; i < keys.length; i++) f64[at + i] = Number(keys[i])
}

const readIntegers = ({ f64 }: WireMemory, at: number, { count, keys }: KeysInto): number => {
  const first = at >>> 3
  for (let i = 0; i < count; i++) keys[i] = f64[first + i] ?? 0
  return at + count * 8
}

const writeTexts = (out: WireWriter, keys: ReadonlyArray<KeyValue>): void => {
  const texts = new Array<string>(keys.length)
  for (let i = 0; i < keys.length; i++) texts[i] = String(keys[i])
  writeStrings(out, texts, texts.length)
}

const readTexts = (memory: WireMemory, at: number, { count, keys }: KeysInto): number =>
  readStrings(memory, at, { count, into: keys })

const writeMixed = (out: WireWriter, keys: ReadonlyArray<KeyValue>): void => writePacked(out, keys.map(encodePrimitive))

const readMixed = (memory: WireMemory, at: number, { count, keys }: KeysInto): number => {
  const rows = readPacked(memory, at)
  for (let i = 0; i < count; i++) keys[i] = decodeKey(rows[i])
  return packedEnd(memory, at)
}
