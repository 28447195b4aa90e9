/**
 * Loads an off-heap state from the objects of a chain, newest first.
 *
 * R1 Of each row only the newest version counts: what a newer object has, or has removed, is skipped in older ones. So is
 *    a namespace that has been removed since, even if another one of the same name exists.
 */
import { Effect } from "effect"
import { invariant } from "../../model/invariant.ts"
import { keyGroupCount } from "../../model/keyGroups.ts"
import type { FixedLayout, FixedRows, FixedSpace } from "../fixed/RowBlock.ts"
import { ChunkReader, type ReadBlock } from "./ChunkReader.ts"
import type { StoredFixed } from "./OpenObject.ts"
import type { RestoreContext } from "./RegisteredState.ts"
import { unpackSpaces } from "./spaces.ts"
import { InFlight } from "./storedBytes.ts"
import { runSteps } from "./timeSlice.ts"

/** Chunks that are decompressed while one is loaded. */
const decompressedAhead = 3

export const restoreFixed = Effect.fnUntraced(function* (
  table: Pick<FixedRows, "layout" | "expect" | "load">,
  chain: ReadonlyArray<StoredFixed>,
  context: RestoreContext
) {
  const newest = chain[0]
  if (newest === undefined) return
  const spaces = new Map<number, RestoredSpace>()
  const share = (context.range.to - context.range.from) / keyGroupCount
  for (const space of yield* spacesOf(newest)) {
    spaces.set(space.namespace, new RestoredSpace(space, chain.length > 1))
    table.expect(space.namespace, Math.ceil(space.entries * share))
  }
  for (const stored of chain) {
    invariant(isSameLayout(stored.layout, table.layout), "an off-heap state is restored into the layout that it had")
    const serials = stored === newest ? null : serialsOf(yield* spacesOf(stored))
    const load = ({ block, removed }: ReadBlock): void => {
      const space = spaces.get(block.namespace)
      if (space === undefined || (serials !== null && serials.get(block.namespace) !== space.serial)) return // R1
      table.load(block, { range: context.range, isWanted: space.isWanted })
      space.sawAll(block.rows)
      space.sawRemoved(removed)
    }
    yield* loadChunks(stored, context, load)
  }
  for (const { entries, found, namespace } of spaces.values()) {
    invariant(found === entries, "a namespace is restored with as many entries as it had", {
      namespace,
      entries,
      found
    })
  }
})

const loadChunks = Effect.fnUntraced(function* (
  { chunks, layout }: StoredFixed,
  { slice }: RestoreContext,
  load: (block: ReadBlock) => void
) {
  const ahead = new InFlight<Uint8Array>(decompressedAhead)
  let begun = 0
  for (;;) {
    while (!ahead.isFull && begun < chunks.length)
      yield* ahead.begin(chunks[begun++] ?? Effect.succeed(new Uint8Array(0)))
    const bytes = yield* ahead.next
    if (bytes === null) return
    slice.begin()
    const reader = new ChunkReader(bytes, layout)
    yield* runSteps(slice, () => reader.step())
    yield* runSteps(slice, () => {
      const next = reader.next()
      if (next === null) return false
      load(next)
      return true
    })
    reader.release()
  }
})

const spacesOf = ({ spaces }: StoredFixed): Effect.Effect<ReadonlyArray<FixedSpace>> =>
  Effect.map(spaces.bytes, (bytes) => unpackSpaces(bytes, spaces.count))

const serialsOf = (spaces: ReadonlyArray<FixedSpace>): ReadonlyMap<number, number> =>
  new Map(spaces.map(({ namespace, serial }) => [namespace, serial]))

const isSameLayout = (a: FixedLayout, b: FixedLayout): boolean =>
  a.key === b.key &&
  a.columns.length === b.columns.length &&
  a.columns.every(({ kind, name }, i) => b.columns[i]?.kind === kind && b.columns[i]?.name === name)

/** HOT while a checkpoint is restored. A namespace of the newest object, and the rows of it that were met already. */
class RestoredSpace {
  readonly namespace: number
  readonly serial: number
  readonly entries: number
  /** Rows with an entry that were met, in any key group. */
  found = 0
  /** Null where all are. */
  readonly isWanted: ((row: number) => boolean) | null
  private readonly rowsEnd: number
  /** A bit per row; null where every row is met once only. */
  private readonly seen: Uint8Array | null

  constructor({ entries, namespace, rowsEnd, serial }: FixedSpace, isChained: boolean) {
    this.namespace = namespace
    this.serial = serial
    this.entries = entries
    this.rowsEnd = rowsEnd
    this.seen = isChained ? new Uint8Array((rowsEnd + 7) >>> 3) : null
    this.isWanted = this.seen === null ? null : (row) => this.isNew(row)
  }

  sawAll(rows: Int32Array): void {
    if (this.seen === null) {
      this.found += rows.length
      return
    }
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] ?? 0
      if (!this.isNew(row)) continue
      this.found++
      this.see(row)
    }
  }

  sawRemoved(rows: Float64Array): void {
    for (let i = 0; i < rows.length; i++) this.see(rows[i] ?? 0)
  }

  private isNew(row: number): boolean {
    return row < this.rowsEnd && (((this.seen?.[row >>> 3] ?? 0) >>> (row & 7)) & 1) === 0
  }

  private see(row: number): void {
    const at = row >>> 3
    if (this.seen !== null && at < this.seen.length) this.seen[at] = (this.seen[at] ?? 0) | (1 << (row & 7))
  }
}
