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
  /** What was found for all keys of the batch before its first record; null where the keys are not known then. */
  readonly ahead: RowsAhead | null
}

/** Names of what is known of the rows of a batch. */
export interface RowsAhead {
  /** Expression of the record's place in the batch. */
  readonly place: string
  /** False where nothing is known in the current namespace. */
  readonly isKnown: string
  /** The namespace of the offsets; NaN where none were sought. */
  readonly namespace: string
  /** Offsets by place, -1 for a key that was not found. */
  readonly offsets: string
  /** The keys they were sought for. */
  readonly keys: string
  /** The function that seeks them. */
  readonly seek: string
}

export interface CursorOf {
  readonly layout: FixedLayout
  readonly rows: string
  /** As that of a record: its place in the batch, or null. */
  readonly ahead: string | null
}

export const nameCursor = ({ ahead, layout, rows }: CursorOf, name: RowNames): RowCursor => ({
  ...{ layout, rows },
  namespace: name("namespace"),
  cells: name("cells"),
  epoch: name("epoch"),
  index: name(layout.key === "integer" ? "slots" : "first"),
  ahead:
    ahead === null
      ? null
      : {
          place: ahead,
          isKnown: name("isKnown"),
          namespace: name("ahead"),
          offsets: name("offsets"),
          keys: name("keys"),
          seek: name("seek")
        }
})

/** Declares the variables of a cursor. */
export const emitCursor = (cursor: RowCursor): string => `let ${cursor.namespace} = ${cursor.rows}.namespace
let ${cursor.cells} = ${cursor.rows}.cells
let ${cursor.index} = ${cursor.rows}.${indexOf(cursor)}
const ${cursor.epoch} = ${cursor.rows}.epoch
`

/**
 * A function that seeks the rows of the keys of a batch. In short loops, first over the index and then over the rows, the
 * processor waits for the memory of many keys at once; in the long loop of a chain it would wait for each.
 */
export const emitSeek = ({ cells, index, layout, rows }: RowCursor, { seek }: RowsAhead): string => {
  const { stride } = rowFormatOf(layout)
  const isInteger = layout.key === "integer"
  return `const ${seek} = (keys, length, ${index}, ${cells}, offsets) => {
${isInteger ? `const mask = ${index}.length - 1\n` : ""}for (let i = 0; i < length; i++) {
const key = keys[i]
${isInteger ? emitFirstProbe(index) : `const row = ${index}.get(key) ?? -1`}
offsets[i] = row * ${stride}
}
let found = 0
let seen = 0
for (let i = 0; i < length; i++) {
const at = offsets[i]
if (at < 0) continue
${isInteger ? `if (${cells}[at] !== keys[i]) offsets[i] = -1\nelse found++` : `seen += ${cells}[at]\nfound++`}
}
${rows}.sought(length, found, seen)
}
`
}

/** The row of the first entry with the hash of a key: whether it is that of the key, is seen in the row. */
const emitFirstProbe = (index: string): string => `let row = -1
if (typeof key === "number") {
${emitSpread("hash", "key")}
let place = (hash << 1) & mask
while (${index}[place + 1] !== 0 && ${index}[place] !== hash) place = (place + 2) & mask
row = ${index}[place + 1] - 1
}`

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
  const { ahead, rows } = cursor
  const stamp = rowFormatOf(cursor.layout).stampCell === 0 ? at : `${at} + 1`
  return `if (${namespace} !== ${cursor.namespace}) {
${rows}.open(${namespace})
${emitShow(cursor)}
${cursor.namespace} = ${namespace}
${ahead === null ? "" : `${ahead.isKnown} = ${namespace} === ${ahead.namespace}`}
}
let ${at} = ${ahead === null ? "-1" : `${ahead.isKnown} && ${ahead.keys}[${ahead.place}] === ${key} ? ${ahead.offsets}[${ahead.place}] : -1`}
if (${at} < 0) {
${emitLookup(cursor, sought, name)}
}
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

/** Sets a variable that is -1 to the offset of a key that the index shows. */
const emitLookup = (cursor: RowCursor, sought: Pick<RowSought, "at" | "key">, name: RowNames): string =>
  cursor.layout.key === "integer" ? emitProbe(cursor, sought, name) : emitGet(cursor, sought, name)

/** As `IntegerIndex.find`. */
const emitProbe = (
  { cells, index, layout }: RowCursor,
  { at, key }: Pick<RowSought, "at" | "key">,
  name: RowNames
): string => {
  const [hash, mask, place, row] = [name("hash"), name("mask"), name("place"), name("row")]
  return `${emitSpread(hash, key)}
const ${mask} = ${index}.length - 1
let ${place} = (${hash} << 1) & ${mask}
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

const emitGet = ({ index, layout }: RowCursor, { at, key }: Pick<RowSought, "at" | "key">, name: RowNames): string => {
  const row = name("row")
  return `const ${row} = ${index}.get(${key})
if (${row} !== undefined) ${at} = ${row} * ${rowFormatOf(layout).stride}`
}

type RowNames = (hint: string) => string
