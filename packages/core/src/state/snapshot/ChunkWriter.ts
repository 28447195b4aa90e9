/**
 * HOT while a checkpoint is written. Gathers blocks of rows and packs them as one chunk, column by column.
 *
 * A chunk: the numbers of runs, rows and removed rows (32 bits each), then columns (see numberColumn.ts): namespace, rows
 * and removed rows of each run; row numbers; removed row numbers; keys; values of each column. A run is a block. Keys that
 * are strings are three columns, the length of each in UTF-16 units, bytes of each run's text and whether it is UTF-16,
 * and then the texts.
 */
import { invariant } from "../../model/invariant.ts"
import { blockRowsMax, type FixedLayout, type RowBlock } from "../fixed/RowBlock.ts"
import { ByteWriter } from "./bytes.ts"
import { NumberList } from "./NumberList.ts"
import { writeNumbers } from "./numberColumn.ts"
import { PartTooLarge } from "./snapshotLimits.ts"

/** Rows of a chunk at most. */
const rowsMax = 32_768
/** Bytes of a chunk that are aimed at, uncompressed: enough for the thread pool, little enough for a slice. */
const bytesAimed = 768 * 1024

export class ChunkWriter {
  private readonly hasTextKeys: boolean
  private readonly rowsAimed: number
  private readonly namespaces = new NumberList()
  private readonly runRows = new NumberList()
  private readonly runRemoved = new NumberList()
  private readonly rows = new NumberList()
  private readonly removed = new NumberList()
  /** Keys that are integers, or the lengths of those that are strings. */
  private readonly keys = new NumberList()
  private readonly columns: ReadonlyArray<NumberList>
  private readonly textBytes = new NumberList()
  private readonly textWide = new NumberList()
  private readonly text = new ByteWriter()

  constructor(layout: FixedLayout) {
    this.hasTextKeys = layout.key === "string"
    this.columns = layout.columns.map(() => new NumberList())
    const rowBytes = 8 * (layout.columns.length + 1)
    this.rowsAimed = Math.min(rowsMax, Math.max(blockRowsMax, Math.floor(bytesAimed / rowBytes)))
  }

  get isEmpty(): boolean {
    return this.namespaces.length === 0
  }

  get rowCount(): number {
    return this.rows.length
  }

  get removedCount(): number {
    return this.removed.length
  }

  /** The chunk is as large as it should become. */
  get isFull(): boolean {
    return (
      this.rows.length + blockRowsMax > this.rowsAimed ||
      this.removed.length + blockRowsMax > rowsMax ||
      this.text.length > bytesAimed
    )
  }

  add(block: RowBlock): void {
    const { columns, keys, rows } = block
    invariant(columns.length === this.columns.length, "a block has the columns of its layout")
    const removed = this.removeRows(block)
    this.namespaces.push(block.namespace)
    this.runRows.push(rows.length - removed)
    this.runRemoved.push(removed)
    if (removed === 0) {
      this.rows.append(rows)
      for (let c = 0; c < columns.length; c++) this.column(c).append(valuesOf(columns, c))
    } else {
      for (let i = 0; i < rows.length; i++) if (keys[i] !== null) this.addRow(block, i)
    }
    if (this.hasTextKeys) this.addTexts(keys)
    else this.addIntegers(keys)
  }

  /** Packs what was added, in steps, and forgets it. */
  *pack(out: ByteWriter): Generator<undefined> {
    out.uint32(this.namespaces.length)
    out.uint32(this.rows.length)
    out.uint32(this.removed.length)
    yield* packAll(out, [this.namespaces, this.runRows, this.runRemoved, this.rows, this.removed, this.keys])
    if (this.hasTextKeys) {
      yield* packAll(out, [this.textBytes, this.textWide])
      const start = out.take(this.text.length)
      out.bytes.set(this.text.written(), start)
      this.text.clear()
      yield
    }
    yield* packAll(out, this.columns)
  }

  /** Forgets what was added: the capture that it belonged to has been given up. */
  clear(): void {
    const { columns, keys, namespaces, removed, rows, runRemoved, runRows, textBytes, textWide } = this
    for (const list of [namespaces, runRows, runRemoved, rows, removed, keys, textBytes, textWide, ...columns]) {
      list.clear()
    }
    this.text.clear()
  }

  private removeRows({ keys, rows }: RowBlock): number {
    let count = 0
    for (let i = 0; i < rows.length; i++) {
      if (keys[i] !== null) continue
      this.removed.push(rows[i] ?? 0)
      count++
    }
    return count
  }

  private addRow({ columns, rows }: RowBlock, i: number): void {
    this.rows.push(rows[i] ?? 0)
    for (let c = 0; c < columns.length; c++) this.column(c).push(valuesOf(columns, c)[i] ?? 0)
  }

  private addIntegers(keys: RowBlock["keys"]): void {
    const { values, from } = this.keys.extend(keys.length)
    let at = from
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]
      if (typeof key === "number") values[at++] = key
      else invariant(key === null, "the keys of a block are those of its layout")
    }
    this.keys.length = at
  }

  private addTexts(keys: RowBlock["keys"]): void {
    const texts: Array<string> = []
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]
      if (typeof key === "string") {
        texts.push(key)
        this.keys.push(key.length)
      } else invariant(key === null, "the keys of a block are those of its layout")
    }
    // Surrogates that meet where two keys are joined are taken apart again: lengths count UTF-16 units.
    const joined = joinedTexts(texts)
    const isWide = !joined.isWellFormed()
    const bytes = Buffer.from(joined, isWide ? "utf16le" : "utf8")
    const start = this.text.take(bytes.length)
    this.text.bytes.set(bytes, start)
    this.textBytes.push(bytes.length)
    this.textWide.push(isWide ? 1 : 0)
  }

  private column(index: number): NumberList {
    const column = this.columns[index]
    invariant(column !== undefined, "a layout has a list for each of its columns")
    return column
  }
}

/** The longest text that there can be, in UTF-16 units. */
const textLengthMax = 536_870_888

/** Fails: throws `PartTooLarge`. */
const joinedTexts = (texts: ReadonlyArray<string>): string => {
  try {
    return texts.join("")
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const bytes = texts.reduce((sum, { length }) => sum + length, 0)
    throw new PartTooLarge(`a block of ${texts.length} keys`, { key: null, bytes, bytesMax: textLengthMax })
  }
}

function* packAll(out: ByteWriter, lists: ReadonlyArray<NumberList>): Generator<undefined> {
  for (const list of lists) {
    writeNumbers(out, list.values, list.length)
    list.clear()
    yield
  }
}

const valuesOf = (columns: RowBlock["columns"], index: number): Float64Array => {
  const values = columns[index]
  invariant(values !== undefined, "a block has the columns of its layout")
  return values
}
