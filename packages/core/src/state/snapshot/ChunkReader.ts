/** HOT while a checkpoint is restored. Unpacks a chunk (see ChunkWriter.ts) and answers its blocks one by one. */
import { invariant } from "../../model/invariant.ts"
import type { FixedLayout, RowBlock } from "../fixed/RowBlock.ts"
import { ByteReader, freeMemory } from "./bytes.ts"
import { readNumbers } from "./numberColumn.ts"

export interface ReadBlock {
  /** The rows that hold an entry. */
  readonly block: RowBlock
  /** Rows of the namespace that were removed. */
  readonly removed: Float64Array
}

export class ChunkReader {
  private readonly input: ByteReader
  private readonly hasTextKeys: boolean
  private readonly columnCount: number
  private readonly unpacking: Iterator<undefined>
  private namespaces: Float64Array = none
  private runRows: Float64Array = none
  private runRemoved: Float64Array = none
  private rows: Float64Array = none
  private removed: Float64Array = none
  private keys: Float64Array = none
  private columns: Array<Float64Array> = []
  private textBytes: Float64Array = none
  private textWide: Float64Array = none
  private textAt = 0
  private run = 0
  private rowAt = 0
  private removedAt = 0

  constructor(bytes: Uint8Array, layout: FixedLayout) {
    this.input = new ByteReader(bytes)
    this.hasTextKeys = layout.key === "string"
    this.columnCount = layout.columns.length
    this.unpacking = this.unpack()
  }

  /** Unpacks a little more; false when {@link next} may be asked. */
  step(): boolean {
    return this.unpacking.next().done !== true
  }

  next(): ReadBlock | null {
    if (this.run === this.namespaces.length) return null
    const from = this.rowAt
    const to = from + (this.runRows[this.run] ?? 0)
    const removedTo = this.removedAt + (this.runRemoved[this.run] ?? 0)
    const block: RowBlock = {
      namespace: this.namespaces[this.run] ?? 0,
      rows: new Int32Array(this.rows.subarray(from, to)),
      keys: this.hasTextKeys ? this.texts(from, to) : this.integers(from, to),
      columns: this.columns.map((column) => column.subarray(from, to))
    }
    const removed = this.removed.subarray(this.removedAt, removedTo)
    this.rowAt = to
    this.removedAt = removedTo
    this.run++
    return { block, removed }
  }

  /** Gives up its memory, and with it the blocks that it answered. */
  release(): void {
    for (const numbers of [this.rows, this.removed, this.keys, ...this.columns]) freeMemory(numbers)
    freeMemory(this.input.bytes)
  }

  private *unpack(): Generator<undefined> {
    const { input } = this
    const runs = input.uint32()
    const rows = input.uint32()
    const removed = input.uint32()
    this.namespaces = readNumbers(input, runs)
    this.runRows = readNumbers(input, runs)
    this.runRemoved = readNumbers(input, runs)
    yield
    this.rows = readNumbers(input, rows)
    this.removed = readNumbers(input, removed)
    yield
    this.keys = readNumbers(input, rows)
    yield
    if (this.hasTextKeys) {
      this.textBytes = readNumbers(input, runs)
      this.textWide = readNumbers(input, runs)
      this.textAt = input.take(this.textBytes.reduce((sum, bytes) => sum + bytes, 0))
      yield
    }
    for (let column = 0; column < this.columnCount; column++) {
      this.columns.push(readNumbers(input, rows))
      yield
    }
    invariant(input.offset === input.bytes.length, "a chunk ends with its last column")
  }

  private integers(from: number, to: number): ReadonlyArray<number> {
    const keys: Array<number> = []
    for (let i = from; i < to; i++) keys.push(this.keys[i] ?? 0)
    return keys
  }

  private texts(from: number, to: number): ReadonlyArray<string> {
    const { buffer, byteOffset } = this.input.bytes
    const bytes = this.textBytes[this.run] ?? 0
    const encoding = this.textWide[this.run] === 1 ? "utf16le" : "utf8"
    const joined = Buffer.from(buffer, byteOffset + this.textAt, bytes).toString(encoding)
    this.textAt += bytes
    const texts: Array<string> = []
    let at = 0
    for (let i = from; i < to; i++) {
      const end = at + (this.keys[i] ?? 0)
      texts.push(joined.slice(at, end))
      at = end
    }
    return texts
  }
}

const none = new Float64Array(0)
