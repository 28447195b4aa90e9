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
  private readonly buffers: Array<SectionBuffer | undefined> = new Array(keyGroupCount).fill(undefined)
  private chunk: Array<Plain> = []
  private group = -1
  private namespace = 0

  constructor(codec: ValueCodec<V>) {
    this.codec = codec
  }

  /** Fails: throws `ValueMismatch`. */
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
    const buffer = this.buffers[this.group] ?? new SectionBuffer()
    this.buffers[this.group] = buffer
    buffer.append(packr.pack(this.chunk), (this.chunk.length - 1) / 2)
    this.chunk.length = 0
  }
}

class SectionBuffer {
  entries = 0
  private bytes = new Uint8Array(256)
  private length = 0

  append(chunk: Uint8Array, entries: number): void {
    const end = this.length + 4 + chunk.length
    if (end > this.bytes.length) this.grow(end)
    this.bytes[this.length] = chunk.length
    this.bytes[this.length + 1] = chunk.length >>> 8
    this.bytes[this.length + 2] = chunk.length >>> 16
    this.bytes[this.length + 3] = chunk.length >>> 24
    this.bytes.set(chunk, this.length + 4)
    this.length = end
    this.entries += entries
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
