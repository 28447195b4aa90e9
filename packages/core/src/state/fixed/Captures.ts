/**
 * The captures of one store: which are running, and what each still needs of a page that is about to change. A page is
 * kept once for all captures that see the same content.
 */
import type { CheckpointId } from "../../model/ids.ts"
import type { Cut, FixedCapture } from "./RowBlock.ts"
import { type PageImage, RowCapture } from "./RowCapture.ts"
import { type RowFormat, rowsPerPage } from "./rowFormat.ts"
import type { Space } from "./Space.ts"

/** Pages kept for the next capture: allocated anew for each, they were felt as pauses of the collector. 1 M rows. */
const pooledPagesMax = 8_192

export class Captures {
  /** Captures taken so far; each is known by its number. */
  count = 0
  private readonly format: RowFormat
  private running: ReadonlyArray<RowCapture> = []
  /** Numbers of the captures that may still be a base. */
  private readonly numbers = new Map<CheckpointId, number>()
  private readonly pool: Array<PageImage> = []
  /** Pages that are kept for running captures. */
  private kept = 0

  constructor(format: RowFormat) {
    this.format = format
  }

  begin({ checkpoint, since }: Cut, spaces: ReadonlyMap<number, Space>): FixedCapture {
    const base = since === null ? undefined : this.numbers.get(since)
    this.count++
    this.numbers.set(checkpoint, this.count)
    const capture = new RowCapture({
      format: this.format,
      number: this.count,
      spaces: [...spaces.values()],
      since: base ?? null,
      release: (ended) => this.end(ended),
      drop: (image) => this.drop(image)
    })
    this.running = [...this.running, capture]
    return capture
  }

  /** Of the pages that are kept, and of those that wait to be used again. */
  get bytes(): number {
    return (this.kept + this.pool.length) * rowsPerPage * this.format.stride * Float64Array.BYTES_PER_ELEMENT
  }

  get isRunning(): boolean {
    return this.running.length > 0
  }

  /** Keeps a page that is about to change for every running capture that sees its present content and still needs it. */
  keepPage(space: Space, page: number): void {
    const touched = space.touched[page] ?? 0
    let image: PageImage | null = null
    for (const capture of this.running) {
      if (capture.number <= touched || !capture.needs(space, page)) continue
      image ??= this.imageOf(space, page)
      image.users++
      capture.keep(space, page, image)
    }
  }

  /** Keeps the strings of a page, which has been kept before, when a row of it is about to get or lose its key. */
  keepKeys(space: Space, row: number): void {
    const page = Math.floor(row / rowsPerPage)
    for (const capture of this.running) {
      const image = capture.imageOf(space, page)
      if (image !== undefined) image.keys ??= space.texts.keys[page]?.slice() ?? []
    }
  }

  forgetBefore(checkpoint: CheckpointId): void {
    for (const id of [...this.numbers.keys()]) if (id < checkpoint) this.numbers.delete(id)
  }

  private imageOf(space: Space, page: number): PageImage {
    const length = rowsPerPage * this.format.stride
    this.kept++
    const image = this.pool.pop() ?? { cells: new Float64Array(length), keys: null, users: 0 }
    const from = page * length
    image.cells.set(space.cells.subarray(from, from + length))
    return image
  }

  private end(capture: RowCapture): void {
    this.running = this.running.filter((other) => other !== capture)
  }

  private drop(image: PageImage): void {
    image.users--
    if (image.users > 0) return
    this.kept--
    image.keys = null
    if (this.pool.length < pooledPagesMax) this.pool.push(image)
  }
}
