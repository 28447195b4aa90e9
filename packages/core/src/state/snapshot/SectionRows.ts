/**
 * The rows of one table, packed by key group.
 *
 * A section is a sequence of chunks: a length of 4 bytes, little-endian, and a MessagePack array
 * `[namespace, key, value, key, value, ...]`. A chunk is read on its own, so that reading can be interrupted.
 */
import { Packr, Unpackr } from "msgpackr"
import { invariant } from "../../model/invariant.ts"
import { type KeyValue, keyGroupCount } from "../../model/keyGroups.ts"
import type { ValueCodec } from "../leafCodecs.ts"
import { decodeKey, encodePrimitive, type Plain } from "../Plain.ts"
import type { RowWriter } from "../TableCapture.ts"
import { PartTooLarge, type SnapshotLimits, snapshotLimits } from "./snapshotLimits.ts"

/** Array items of a chunk at most: the namespace and 128 entries. */
const chunkItemsMax = 257

const packr = new Packr({ useRecords: false })
const unpackr = new Unpackr({ useRecords: false })

/** The packed entries of one key group. */
export interface Section {
  readonly group: number
  readonly entries: number
  readonly bytes: Uint8Array
}

export class SectionWriter<V> implements RowWriter<V> {
  private readonly codec: ValueCodec<V>
  private readonly limits: SnapshotLimits
  private readonly buffers: Array<SectionBuffer | undefined> = new Array(keyGroupCount).fill(undefined)
  private chunk: Array<Plain> = []
  private group = -1
  private namespace = 0

  constructor(codec: ValueCodec<V>, limits = snapshotLimits) {
    this.codec = codec
    this.limits = limits
  }

  /** Fails: throws `ValueMismatch`, and `PartTooLarge` for an entry or a key group. */
  row(key: KeyValue, group: number, namespace: number, value: V): void {
    if (group !== this.group || namespace !== this.namespace || this.chunk.length >= chunkItemsMax) {
      this.flush()
      this.group = group
      this.namespace = namespace
      this.chunk.push(namespace)
    }
    this.chunk.push(encodePrimitive(key), this.codec.encode(value))
  }

  /** The sections that hold entries, ascending by key group. */
  end(): ReadonlyArray<Section> {
    this.flush()
    return this.buffers.flatMap((buffer, group) =>
      buffer === undefined ? [] : [{ group, entries: buffer.entries, bytes: buffer.written() }]
    )
  }

  private flush(): void {
    if (this.chunk.length === 0) return
    const packed = packedTogether(this.chunk, this.limits.entryBytes)
    if (packed === null) this.appendOneByOne()
    else this.append(packed, (this.chunk.length - 1) / 2)
    this.chunk.length = 0
  }

  /** Large values: each is a chunk of its own, where its size can be told. */
  private appendOneByOne(): void {
    const { entryBytes: bytesMax } = this.limits
    const [namespace = 0, ...entries] = this.chunk
    for (let i = 0; i < entries.length; i += 2) {
      const packed = packr.pack([namespace, entries[i], entries[i + 1]])
      if (packed.length > bytesMax) {
        const key = textOfKey(decodeKey(entries[i]))
        throw new PartTooLarge(`the entry of key ${key}`, { key, bytes: packed.length, bytesMax })
      }
      this.append(packed, 1)
    }
  }

  private append(packed: Uint8Array, entries: number): void {
    const buffer = this.buffers[this.group] ?? new SectionBuffer()
    this.buffers[this.group] = buffer
    const bytes = buffer.append(packed, entries)
    const { objectBytes: bytesMax } = this.limits
    if (bytes > bytesMax) throw new PartTooLarge(`key group ${this.group}`, { key: null, bytes, bytesMax })
  }
}

/** Null for entries that may be too large, one of them or all together. */
const packedTogether = (chunk: ReadonlyArray<Plain>, bytesMax: number): Uint8Array | null => {
  try {
    const packed = packr.pack(chunk)
    return packed.length > bytesMax ? null : packed
  } catch (error) {
    if (chunk.length > 3) return null
    throw error
  }
}

const keyCharsMax = 100

const textOfKey = (key: KeyValue): string => {
  const text = typeof key === "string" ? key : String(key)
  return JSON.stringify(text.length <= keyCharsMax ? text : `${text.slice(0, keyCharsMax)}…`)
}

class SectionBuffer {
  entries = 0
  private bytes = new Uint8Array(256)
  private length = 0

  /** Answers how many bytes there are now. */
  append(chunk: Uint8Array, entries: number): number {
    const end = this.length + 4 + chunk.length
    if (end > this.bytes.length) this.grow(end)
    this.bytes[this.length] = chunk.length
    this.bytes[this.length + 1] = chunk.length >>> 8
    this.bytes[this.length + 2] = chunk.length >>> 16
    this.bytes[this.length + 3] = chunk.length >>> 24
    this.bytes.set(chunk, this.length + 4)
    this.length = end
    this.entries += entries
    return end
  }

  written(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  private grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }
}

/** Reads a section chunk by chunk. Fails: throws `InvariantViolation`; checksums were verified before. */
export class SectionReader<V> {
  private readonly bytes: Uint8Array
  private readonly view: DataView
  private readonly codec: ValueCodec<V>
  private offset = 0
  entries = 0

  constructor(bytes: Uint8Array, codec: ValueCodec<V>) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.codec = codec
  }

  /** Visits the entries of the next chunk; false when there is none. */
  next(visit: (key: KeyValue, namespace: number, value: V) => void): boolean {
    if (this.offset === this.bytes.length) return false
    const start = this.offset + 4
    const end = start + this.view.getUint32(this.offset, true)
    const row: unknown = unpackr.unpack(this.bytes.subarray(start, end))
    invariant(Array.isArray(row) && row.length % 2 === 1, "a chunk is a namespace and entries")
    const namespace: unknown = row[0]
    invariant(typeof namespace === "number", "a namespace is a number")
    for (let i = 1; i < row.length; i += 2) visit(decodeKey(row[i]), namespace, this.codec.decode(row[i + 1]))
    this.entries += (row.length - 1) / 2
    this.offset = end
    return true
  }
}
