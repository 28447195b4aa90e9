/** Writes an off-heap state: its blocks as chunks, compressed on the thread pool while the next ones are gathered. */
import { Effect } from "effect"
import type { StateRecord } from "../describeState.ts"
import type { Cut, FixedCapture, FixedLayout, FixedRows } from "../fixed/RowBlock.ts"
import { ByteWriter } from "./bytes.ts"
import { ChunkWriter } from "./ChunkWriter.ts"
import { compressedAtOnce } from "./compression.ts"
import type { StateCapture } from "./RegisteredState.ts"
import type { FixedEntry } from "./snapshotFormat.ts"
import { tooLargeIn } from "./snapshotLimits.ts"
import { packSpaces } from "./spaces.ts"
import { InFlight, type StoredBytes, storeBytes } from "./storedBytes.ts"
import { runSteps, type TimeSlice } from "./timeSlice.ts"
import type { WrittenState } from "./writeSnapshot.ts"

/** What a capture is gathered and packed in. */
interface ChunkBuffers {
  readonly chunks: ChunkWriter
  readonly spare: Array<ByteWriter>
}

/** The buffers of a state, for one capture after the other; captures that overlap have their own. */
export class ChunkMemory {
  readonly #layout: FixedLayout
  #free: ChunkBuffers | null = null

  constructor(layout: FixedLayout) {
    this.#layout = layout
  }

  use<A>(body: (buffers: ChunkBuffers) => Effect.Effect<A>): Effect.Effect<A> {
    return Effect.suspend(() => {
      const buffers = this.#free ?? { chunks: new ChunkWriter(this.#layout), spare: [] }
      this.#free = null
      const giveBack = Effect.sync(() => {
        buffers.chunks.clear()
        this.#free = buffers
      })
      return Effect.ensuring(body(buffers), giveBack)
    })
  }
}

export const captureFixed = (
  record: StateRecord,
  { memory, table }: { readonly table: FixedRows; readonly memory: ChunkMemory },
  cut: Cut
): StateCapture => {
  const capture = table.capture(cut)
  return {
    isExclusive: false,
    isFull: capture.isFull,
    read: () => Effect.void,
    write: (slice, depth) => writeFixed({ record, layout: table.layout, capture, depth, memory }, slice),
    release: capture.release
  }
}

interface StoredChunk extends StoredBytes {
  readonly rows: number
  readonly removed: number
}

const writeFixed = Effect.fnUntraced(function* (
  of: {
    readonly record: StateRecord
    readonly layout: FixedLayout
    readonly capture: FixedCapture
    readonly depth: number
    readonly memory: ChunkMemory
  },
  slice: TimeSlice
): Effect.fn.Return<WrittenState> {
  const { capture, depth, layout, memory, record } = of
  const { spaces } = capture
  const chunks = yield* memory
    .use((buffers) => writeChunks(capture, buffers, slice))
    .pipe(Effect.catchDefect((defect) => Effect.die(tooLargeIn(record, defect))))
  capture.release()
  const packed = yield* runToEnd(slice, packSpaces(spaces))
  const storedSpaces = yield* storeBytes(packed)
  const entry: FixedEntry = {
    ...record,
    layout: "off-heap",
    keys: layout.key,
    columns: layout.columns,
    depth,
    entries: spaces.reduce((sum, { entries }) => sum + entries, 0),
    spaces: [spaces.length, storedSpaces.size, storedSpaces.stored, storedSpaces.sum],
    chunks: chunks.map(({ removed, rows, size, stored, sum }) => [rows, removed, size, stored, sum])
  }
  return { entry, parts: [storedSpaces.bytes, ...chunks.map(({ bytes }) => bytes)] }
})

const writeChunks = Effect.fnUntraced(function* (
  capture: FixedCapture,
  { chunks: writer, spare }: ChunkBuffers,
  slice: TimeSlice
): Effect.fn.Return<ReadonlyArray<StoredChunk>> {
  const chunks: Array<StoredChunk> = []
  const compressing = new InFlight<StoredChunk>(compressedAtOnce)
  let isOver = false
  const gather = (): boolean => {
    const block = capture.next()
    if (block === null) isOver = true
    else writer.add(block)
    return !isOver && !writer.isFull
  }
  for (;;) {
    yield* runSteps(slice, gather)
    if (writer.isEmpty) break
    if (compressing.isFull) yield* Effect.map(compressing.next, (chunk) => chunk === null || chunks.push(chunk))
    const out = spare.pop() ?? new ByteWriter()
    const { removedCount: removed, rowCount: rows } = writer
    yield* runToEnd(slice, writer.pack(out))
    yield* compressing.begin(
      Effect.map(storeChunk(out, spare, chunks.at(-1)), (stored) => ({ ...stored, rows, removed }))
    )
  }
  while (!compressing.isEmpty) yield* Effect.map(compressing.next, (chunk) => chunk === null || chunks.push(chunk))
  return chunks
})

/** Bytes that will come out, as far as the chunk before can tell. */
const expectedFor = (size: number, before: StoredChunk | undefined): number =>
  before === undefined ? size : Math.min(size, Math.ceil((size * before.stored * 1.1) / before.size) + 1024)

/** The buffer is free for the next chunk as soon as its compressed copy exists. */
const storeChunk = (
  out: ByteWriter,
  spare: Array<ByteWriter>,
  before: StoredChunk | undefined
): Effect.Effect<StoredBytes> =>
  Effect.map(storeBytes(out.written(), expectedFor(out.length, before)), (stored) => {
    const own = stored.stored === stored.size ? { ...stored, bytes: stored.bytes.slice() } : stored
    out.clear()
    spare.push(out)
    return own
  })

/** Runs a generator, giving way to the event loop between its steps, and answers what it returns. */
const runToEnd = Effect.fnUntraced(function* <A>(slice: TimeSlice, steps: Generator<undefined, A>) {
  let last = steps.next()
  while (last.done !== true) {
    yield* slice.pause
    last = steps.next()
  }
  return last.value
})
