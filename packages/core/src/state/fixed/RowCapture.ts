/** The view of a store at a barrier: B2 and B3 of RowBlock.ts. */
import { blockRowsMax, type FixedCapture, type FixedSpace, type RowBlock } from "./RowBlock.ts"
import { type RowFormat, rowsPerPage } from "./rowFormat.ts"
import type { Space } from "./Space.ts"

/** A page as it was, for one capture or several. */
export interface PageImage {
  readonly cells: Float64Array
  /** The strings by place in the page; null while those of the space are still right. */
  keys: ReadonlyArray<string | null> | null
  /** Captures that hold it. */
  users: number
}

export interface RowCaptureOptions {
  readonly format: RowFormat
  /** Numbers the captures of a store, ascending. */
  readonly number: number
  readonly spaces: ReadonlyArray<Space>
  /** Number of the capture since which changes are wanted; null for all rows. */
  readonly since: number | null
  readonly release: (capture: RowCapture) => void
  readonly drop: (image: PageImage) => void
}

export class RowCapture implements FixedCapture {
  readonly isFull: boolean
  readonly spaces: ReadonlyArray<FixedSpace>
  readonly number: number
  private readonly format: RowFormat
  private readonly since: number | null
  private readonly builder: BlockBuilder
  private readonly views: ReadonlyArray<SpaceView>
  private readonly viewsBySpace: ReadonlyMap<Space, SpaceView>
  private readonly ended: (capture: RowCapture) => void
  private readonly drop: (image: PageImage) => void
  /** The view whose page comes next. */
  private at = 0
  private isOver = false

  constructor(options: RowCaptureOptions) {
    this.since = options.since
    this.isFull = options.since === null
    this.number = options.number
    this.format = options.format
    this.builder = new BlockBuilder(options.format)
    this.ended = options.release
    this.drop = options.drop
    this.views = options.spaces.toSorted((a, b) => a.namespace - b.namespace).map((space) => new SpaceView(space))
    this.viewsBySpace = new Map(this.views.map((view) => [view.space, view]))
    this.spaces = this.views.map(({ entries, rowsEnd, space: { namespace, serial } }) => ({
      ...{ namespace, serial, rowsEnd, entries }
    }))
  }

  /** True if this capture has not yet read a page of its view. */
  needs(space: Space, page: number): boolean {
    const view = this.viewsBySpace.get(space)
    return view !== undefined && page >= view.page && page * rowsPerPage < view.rowsEnd
  }

  keep(space: Space, page: number, image: PageImage): void {
    this.viewsBySpace.get(space)?.keep(page, image)
  }

  imageOf(space: Space, page: number): PageImage | undefined {
    return this.viewsBySpace.get(space)?.images[page] ?? undefined
  }

  readonly next = (): RowBlock | null => {
    while (!this.isOver) {
      const view = this.views[this.at]
      if (view === undefined) break
      const block = this.blockOf(view)
      if (block !== null) return block
      this.at++
    }
    this.release()
    return null
  }

  readonly release = (): void => {
    if (this.isOver) return
    this.isOver = true
    for (const view of this.views) {
      for (const image of view.images) if (image !== null) this.drop(image)
      view.images = []
    }
    this.ended(this)
  }

  /** The next pages of a view, as many as fit into a block; null when there are no more. */
  private blockOf(view: SpaceView): RowBlock | null {
    const { builder, since } = this
    builder.begin(view.space.namespace)
    while (view.page * rowsPerPage < view.rowsEnd) {
      if (builder.length + rowsPerPage > blockRowsMax) break
      if (since === null || !view.isUntouchedSince(since)) builder.addPage(this.pageOf(view), since)
      const image = view.images[view.page] ?? null
      if (image !== null) {
        this.drop(image)
        view.images[view.page] = null
      }
      view.page++
    }
    return builder.length === 0 ? null : builder.build()
  }

  private pageOf(view: SpaceView): Page {
    const image = view.images[view.page] ?? null
    const keys = image?.keys ?? view.space.texts.keys[view.page] ?? []
    const first = view.page * rowsPerPage
    const rows = { first, count: Math.min(rowsPerPage, view.rowsEnd - first), keys }
    if (image !== null) return { ...rows, cells: image.cells, from: 0 }
    return { ...rows, cells: view.space.cells, from: first * this.format.stride }
  }
}

/** A space at the barrier of a capture. */
class SpaceView {
  readonly space: Space
  readonly rowsEnd: number
  readonly entries: number
  /** By page, from the first that is kept on. A `Map` of thousands, anew for each capture, was felt as pauses. */
  images: Array<PageImage | null> = []
  /** The page to be read next. */
  page = 0

  constructor(space: Space) {
    this.space = space
    this.rowsEnd = space.rowsEnd
    this.entries = space.entries
  }

  keep(page: number, image: PageImage): void {
    if (this.images.length === 0) this.images = new Array(Math.ceil(this.rowsEnd / rowsPerPage)).fill(null)
    this.images[page] = image
  }

  /** True if no row of the next page was changed since a former capture. */
  isUntouchedSince(capture: number): boolean {
    return (this.space.touched[this.page] ?? 0) < capture
  }
}

/** Where the rows of a page lie. */
interface Page {
  /** Number of the first row. */
  readonly first: number
  readonly count: number
  readonly cells: Float64Array
  readonly from: number
  readonly keys: ReadonlyArray<string | null>
}

/** The key of a row, or null for a free one. */
const keyAt = (page: Page, place: number, { isInteger, stride }: RowFormat): number | string | null => {
  if (!isInteger) return page.keys[place] ?? null
  const key = page.cells[page.from + place * stride] ?? Number.NaN
  return Number.isNaN(key) ? null : key
}

/** Builds one block after the other in the same memory: fresh arrays for every block were felt as pauses of the collector. */
class BlockBuilder {
  length = 0
  private namespace = 0
  private readonly format: RowFormat
  private readonly rows = new Int32Array(blockRowsMax)
  private readonly keys: Array<number | string | null> = []
  private readonly columns: ReadonlyArray<Float64Array>

  constructor(format: RowFormat) {
    this.format = format
    this.columns = Array.from({ length: format.columns }, () => new Float64Array(blockRowsMax))
  }

  begin(namespace: number): void {
    this.namespace = namespace
    this.length = 0
    this.keys.length = 0
  }

  /** The rows of a page that hold a key; or, against a base, those that were changed since. */
  addPage(page: Page, since: number | null): void {
    const { columns, format } = this
    const { cells, count, first } = page
    const { firstColumn, stampCell, stride } = format
    for (let place = 0; place < count; place++) {
      const at = page.from + place * stride
      const key = keyAt(page, place, format)
      if (since === null ? key === null : (cells[at + stampCell] ?? 0) < since) continue
      const filled = this.length++
      this.rows[filled] = first + place
      this.keys.push(key)
      for (let column = 0; column < columns.length; column++) {
        const values = columns[column]
        if (values !== undefined) values[filled] = key === null ? 0 : (cells[at + firstColumn + column] ?? 0)
      }
    }
  }

  build(): RowBlock {
    return {
      namespace: this.namespace,
      rows: this.rows.subarray(0, this.length),
      keys: this.keys,
      columns: this.columns.map((values) => values.subarray(0, this.length))
    }
  }
}
