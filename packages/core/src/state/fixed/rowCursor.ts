/**
 * Code that finds rows without a call: the current namespace of a store lies in local variables while a batch is run.
 *
 * They are right as long as nobody else uses the store: a function that declares them does not look at the state's table
 * in another way before it returns.
 */
import { emitSpread } from "./IntegerIndex.ts"
import type { FixedLayout } from "./RowBlock.ts"
import { rowFormatOf } from "./rowFormat.ts"

/** Names of the store and of the variables that show its current namespace. */
export interface RowCursor {
  readonly layout: FixedLayout
  readonly rows: string
  readonly namespace: string
  readonly cells: string
  readonly epoch: string
  /** The slots of integer keys, or the map of strings. */
  readonly index: string
}

export const nameCursor = (layout: FixedLayout, rows: string, name: (hint: string) => string): RowCursor => ({
  ...{ layout, rows },
  namespace: name("namespace"),
  cells: name("cells"),
  epoch: name("epoch"),
  index: name(layout.key === "integer" ? "slots" : "first")
})

/** Declares the variables of a cursor. */
export const emitCursor = (cursor: RowCursor): string => `let ${cursor.namespace} = ${cursor.rows}.namespace
let ${cursor.cells} = ${cursor.rows}.cells
let ${cursor.index} = ${cursor.rows}.${indexOf(cursor)}
const ${cursor.epoch} = ${cursor.rows}.epoch
`

export interface RowSought {
  /** Expressions. */
  readonly key: string
  readonly namespace: string
  /** A fresh name for the offset. */
  readonly at: string
}

/** Declares the offset of a key's row, which then counts as changed; it is negative if the key has none. */
export const emitFind = (cursor: RowCursor, sought: RowSought, name: (hint: string) => string): string => {
  const { at, key, namespace } = sought
  const { rows } = cursor
  const find = cursor.layout.key === "integer" ? emitProbe(cursor, sought, name) : emitGet(cursor, sought, name)
  const stamp = rowFormatOf(cursor.layout).stampCell === 0 ? at : `${at} + 1`
  return `if (${namespace} !== ${cursor.namespace}) {
${rows}.open(${namespace})
${emitShow(cursor)}
${cursor.namespace} = ${namespace}
}
${find}
if (${at} < 0) ${at} = ${rows}.seekElsewhere(${key})
else if (${cursor.cells}[${stamp}] !== ${cursor.epoch}) ${rows}.touch(${at})`
}

/** Creates the row of a key that has none; all its columns are then to be set. */
export const emitClaim = (cursor: RowCursor, { at, key, namespace }: RowSought): string =>
  `${at} = ${cursor.rows}.create(${key}, ${namespace})
${emitShow(cursor)}`

const emitShow = ({ cells, index, layout, rows }: RowCursor): string =>
  `${cells} = ${rows}.cells
${index} = ${rows}.${indexOf({ layout })}`

const indexOf = ({ layout }: Pick<RowCursor, "layout">): "slots" | "first" =>
  layout.key === "integer" ? "slots" : "first"

/** As `IntegerIndex.find`. */
const emitProbe = ({ cells, index, layout }: RowCursor, { at, key }: RowSought, name: RowNames): string => {
  const [hash, mask, place, row] = [name("hash"), name("mask"), name("place"), name("row")]
  return `${emitSpread(hash, key)}
const ${mask} = ${index}.length - 1
let ${place} = (${hash} << 1) & ${mask}
let ${at} = -1
for (;;) {
const ${row} = ${index}[${place} + 1]
if (${row} === 0) break
if (${index}[${place}] === ${hash}) {
${at} = (${row} - 1) * ${rowFormatOf(layout).stride}
if (${cells}[${at}] === ${key}) break
${at} = -1
}
${place} = (${place} + 2) & ${mask}
}`
}

const emitGet = ({ index, layout }: RowCursor, { at, key }: RowSought, name: RowNames): string => {
  const row = name("row")
  return `const ${row} = ${index}.get(${key})
let ${at} = ${row} === undefined ? -1 : ${row} * ${rowFormatOf(layout).stride}`
}

type RowNames = (hint: string) => string
