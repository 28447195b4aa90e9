/**
 * Fits what a schema wants to what a file holds: one decoding target per column.
 */
import { SourceFailure } from "@tidemark/core/connector"
import { Result } from "effect"
import type { SchemaElement, SchemaTree } from "hyparquet"
import type { ChunkRequest, Scale, Target } from "./decoding.ts"
import { corrupt } from "./decoding.ts"
import type { Group, ParquetContent } from "./parquetContent.ts"
import type { WantedColumn } from "./wantedColumns.ts"

export interface PlannedColumn {
  readonly wanted: WantedColumn
  readonly element: SchemaElement
  readonly target: Target
}

/** Fails with `column`, naming what the file has, for a column that is missing or holds something else. */
export const planColumns = (
  path: string,
  { content, wanted }: { readonly content: ParquetContent; readonly wanted: ReadonlyArray<WantedColumn> }
): Result.Result<ReadonlyArray<PlannedColumn>, SourceFailure> => {
  const planned: Array<PlannedColumn> = []
  const problems: Array<string> = []
  for (const column of wanted) {
    const held = content.columns.find(({ element }) => element.name === column.name)
    const target = held === undefined ? null : targetOf(column, held)
    if (held === undefined) problems.push(`Column "${column.name}" is missing.`)
    else if (target === null) {
      problems.push(`Column "${column.name}" holds ${describe(held)}, which cannot be read as ${column.kind}.`)
    } else planned.push({ wanted: column, element: held.element, target })
  }
  if (problems.length === 0) return Result.succeed(planned)
  const held = content.columns.map((tree) => `${tree.element.name} (${describe(tree)})`).join(", ")
  return Result.fail(
    new SourceFailure({
      path,
      reason: "column",
      detail: `${problems.join(" ")} The file has: ${held}. Correct the schema, or choose another file.`,
      retry: "never"
    })
  )
}

/** Where the pages of a planned column lie in a row group. */
export const chunkOf = ({ wanted, element, target }: PlannedColumn, group: Group): ChunkRequest => {
  const metadata = group.metadata.columns.find(
    ({ meta_data }) => meta_data?.path_in_schema[0] === wanted.name
  )?.meta_data
  if (metadata === undefined) throw corrupt(`row group ${group.index} lacks column "${wanted.name}"`)
  const { data_page_offset: data, dictionary_page_offset: dictionary } = metadata
  const start = Number(dictionary !== undefined && dictionary > 0n && dictionary < data ? dictionary : data)
  return {
    name: wanted.name,
    start,
    length: Number(metadata.total_compressed_size),
    codec: metadata.codec,
    type: metadata.type,
    isNullable: element.repetition_type !== "REQUIRED",
    target
  }
}

const describe = ({ element, children }: SchemaTree): string => {
  if (children.length > 0) return "nested columns"
  const annotation = element.logical_type?.type ?? element.converted_type
  const repeated = element.repetition_type === "REPEATED" ? "repeated " : ""
  return repeated + (annotation === undefined ? String(element.type) : `${element.type}/${annotation}`)
}

/** What the column's annotation makes of its stored type. */
type Held =
  | { readonly _tag: "Integer"; readonly isUnsigned: boolean }
  | { readonly _tag: "Float" | "Boolean" | "Text" }
  | { readonly _tag: "Time"; readonly scale: Scale }

const targetOf = ({ kind }: WantedColumn, tree: SchemaTree): Target | null => {
  const held = heldBy(tree)
  if (held === null) return null
  switch (held._tag) {
    case "Integer":
      if (kind === "bigint") return { _tag: "BigInts", isUnsigned: held.isUnsigned }
      return kind === "number" ? { _tag: "Numbers", scale: "none", isUnsigned: held.isUnsigned } : null
    case "Float":
      return kind === "number" ? { _tag: "Numbers", scale: "none", isUnsigned: false } : null
    case "Time":
      return kind === "number" || kind === "date" ? { _tag: "Numbers", scale: held.scale, isUnsigned: false } : null
    case "Boolean":
      return kind === "boolean" ? { _tag: "Booleans" } : null
    case "Text":
      return kind === "string" ? { _tag: "Texts" } : null
  }
}

const heldBy = ({ element, children }: SchemaTree): Held | null => {
  if (children.length > 0 || element.repetition_type === "REPEATED") return null
  switch (element.type) {
    case "BOOLEAN":
      return { _tag: "Boolean" }
    case "FLOAT":
    case "DOUBLE":
      return { _tag: "Float" }
    case "BYTE_ARRAY":
      return isText(element) ? { _tag: "Text" } : null
    case "INT32":
    case "INT64":
      return heldByInteger(element)
    default:
      return null
  }
}

const isText = ({ converted_type: converted, logical_type: logical }: SchemaElement): boolean =>
  logical === undefined
    ? converted === undefined || converted === "UTF8" || converted === "ENUM" || converted === "JSON"
    : logical.type === "STRING" || logical.type === "ENUM" || logical.type === "JSON"

const units = { MILLIS: "millis", MICROS: "micros", NANOS: "nanos" } as const

const heldByInteger = ({ converted_type: converted, logical_type: logical }: SchemaElement): Held | null => {
  if (logical?.type === "TIMESTAMP") return { _tag: "Time", scale: units[logical.unit] }
  if (converted === "TIMESTAMP_MILLIS") return { _tag: "Time", scale: "millis" }
  if (converted === "TIMESTAMP_MICROS") return { _tag: "Time", scale: "micros" }
  if (logical?.type === "DATE" || converted === "DATE") return { _tag: "Time", scale: "days" }
  if (logical?.type === "DECIMAL" || converted === "DECIMAL") return null
  const isUnsigned = logical?.type === "INTEGER" ? !logical.isSigned : (converted?.startsWith("UINT_") ?? false)
  return { _tag: "Integer", isUnsigned }
}
