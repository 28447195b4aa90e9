/** Reads values of fixed width as JSON by their recorded description: the inverse of rowShape.ts without the schema. */
import type { Json } from "../../model/Json.ts"
import type { FixedColumn, RowBlock } from "../fixed/RowBlock.ts"
import { escapedColumn } from "../fixed/rowShape.ts"
import { defineField } from "../jsonPlain.ts"
import { readDescriptor } from "./Descriptor.ts"
import { jsonOf, RecordedMisfit } from "./recordedValue.ts"

/** Answers the value at a position of a block. */
export type ShowRow = (columns: RowBlock["columns"], at: number) => Json

/** Fails: throws {@link RecordedMisfit} for a description that does not have these columns. */
export const showRecordedRow = (descriptor: Json, columns: ReadonlyArray<FixedColumn>): ShowRow =>
  rowOf(descriptor, [], columns)

const rowOf = (json: Json, path: ReadonlyArray<string>, columns: ReadonlyArray<FixedColumn>): ShowRow => {
  const descriptor = readDescriptor(json)
  if (descriptor._tag === "Literal") return () => descriptor.value
  if (descriptor._tag === "Primitive" && descriptor.type === "null") return () => null
  if (descriptor._tag === "Struct") {
    const fields = descriptor.fields.map(({ name, value }) => ({ name, show: rowOf(value, [...path, name], columns) }))
    return (cells, at) => {
      const shown: Record<string, Json> = {}
      for (const { name, show } of fields) defineField(shown, name, show(cells, at))
      return shown
    }
  }
  const name = path.map(escapedColumn).join("/")
  const index = columns.findIndex((column) => column.name === name)
  if (index === -1) throw new RecordedMisfit(`it has no column "${name}"`)
  const isBoolean = columns[index]?.kind === "boolean"
  return (cells, at) => {
    const cell = cells[index]?.[at] ?? Number.NaN
    return isBoolean ? cell !== 0 : jsonOf(cell)
  }
}
