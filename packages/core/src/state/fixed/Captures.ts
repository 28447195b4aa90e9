/**
 * The captures of one store: which are running, what each still needs of a page that is about to change, and which
 * changes a later one may be asked for.
 *
 * A page is kept once for all captures that see the same content; `Space.stamps` tells for which it has been kept.
 */
import type { CheckpointId } from "../../model/ids.ts"
import { rowsPerPage, rowsPerSlab } from "./pages.ts"
import type { Cut, FixedCapture } from "./RowBlock.ts"
import { type PageImage, RowCapture } from "./RowCapture.ts"
import type { RowFormat } from "./rowFormat.ts"
import type { Space } from "./Space.ts"

export class Captures {
  /** True while a write may have to keep what it overwrites. HOT. */
  isRunning = false
  private readonly format: RowFormat
  private running: ReadonlyArray<RowCapture> = []
  /** By checkpoint, ascending: the number of its capture. */
  private readonly numbers = new Map<CheckpointId, number>()
  private captures = 0
  private readonly pool: Array<Float64Array> = []

  constructor(format: RowFormat) {
    this.format = format
  }

  begin({ checkpoint, since }: Cut, spaces: ReadonlyMap<number, Space>): FixedCapture {
    const base = since === null ? undefined : this.numbers.get(since)
    this.captures++
    for (const space of spaces.values()) space.endGeneration(this.captures)
    this.numbers.set(checkpoint, this.captures)
    const capture = new RowCapture({
      ...{ format: this.format, number: this.captures, spaces: [...spaces.values()] },
      since: base ?? null,
      release: (ended) => this.end(ended),
      drop: (image) => this.drop(image)
    })
    this.running = [...this.running, capture]
    this.isRunning = true
    return capture
  }

  /** Keeps a page that is about to change, for every running capture that still needs it. */
  keepPage(space: Space, page: number): void {
    const stamp = space.stamps[page] ?? 0
    if (stamp === this.captures) return
    space.stamps[page] = this.captures
    let image: PageImage | null = null
    for (const capture of this.running) {
      if (capture.number <= stamp || !capture.needs(space, page)) continue
      image ??= { cells: this.copyOf(space, page), keys: null, users: 0 }
      image.users++
      capture.keep(space, page, image)
    }
  }

  /** Keeps the strings of a page, which has been kept before, when a row of it is about to get or lose its key. */
  keepKeys(space: Space, row: number): void {
    if (!this.isRunning) return
    const page = Math.floor(row / rowsPerPage)
    for (const capture of this.running) {
      const image = capture.imageOf(space, page)
      if (image !== undefined) image.keys ??= space.texts.keys[page]?.slice() ?? []
    }
  }

  forgetBefore(checkpoint: CheckpointId, spaces: ReadonlyMap<number, Space>): void {
    for (const id of [...this.numbers.keys()]) if (id < checkpoint) this.numbers.delete(id)
    const [oldest] = this.numbers.values()
    for (const space of spaces.values()) {
      space.generations = space.generations.filter(({ endedBy }) => oldest !== undefined && endedBy > oldest)
    }
  }

  private copyOf(space: Space, page: number): Float64Array {
    const { stride } = this.format
    const cells = this.pool.pop() ?? new Float64Array(rowsPerPage * stride)
    const first = page * rowsPerPage
    const from = (first % rowsPerSlab) * stride
    cells.set(space.slabOf(first).subarray(from, from + rowsPerPage * stride))
    return cells
  }

  private end(capture: RowCapture): void {
    this.running = this.running.filter((other) => other !== capture)
    this.isRunning = this.running.length > 0
    // Between captures no memory is held for them.
    if (!this.isRunning) this.pool.length = 0
  }

  private drop(image: PageImage): void {
    image.users--
    if (image.users === 0) this.pool.push(image.cells)
  }
}
