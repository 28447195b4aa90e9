import { mismatch, ValueMismatch } from "../../state/leafCodecs.ts"
import type { Column, Leaf } from "./recordLayout.ts"

/** A record is not what its schema says, so that it cannot be sent. */
export class RecordMismatch extends ValueMismatch {
  /** Of the record in its batch. */
  readonly index: number
  readonly record: unknown

  constructor(message: string, at: { readonly index: number; readonly record: unknown }) {
    super(message)
    this.index = at.index
    this.record = at.record
  }
}

/** Names the fields on the way to a value. */
export const inField = (path: ReadonlyArray<string>, message: string): string =>
  path.reduceRight((inner, name) => `field "${name}": ${inner}`, message)

const expectedOf = (column: Column): string => {
  const others = [...(column.allowsNull ? ["null"] : []), ...(column.allowsUndefined ? ["undefined"] : [])]
  return [expectedLeaf(column.leaf), ...others].join(" or ")
}

const expectedLeaf = (leaf: Leaf): string => {
  switch (leaf._tag) {
    case "Number":
      return "a number"
    case "Boolean":
      return "a boolean"
    case "String":
      return "a string"
    case "Date":
      return "a Date"
    case "Literals":
      return leaf.values.length === 1 ? JSON.stringify(String(leaf.values[0])) : "a member of a union"
    case "Packed":
      return "a value of its schema"
  }
}

export const columnMismatch = (column: Column, value: unknown): string =>
  inField(column.path, mismatch(expectedOf(column), value).message)

export const structMismatch = (path: ReadonlyArray<string>, value: unknown): string =>
  inField(path, mismatch("a struct", value).message)
