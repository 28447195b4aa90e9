/**
 * Columns to rows. HOT per record: the builder is generated for one schema, so that every row is one object literal of
 * one hidden class; an interpreted twin serves where code generation is off.
 *
 * Here the untyped columns become records of the schema's type: that they fit is the work of `columnPlan` (kinds) and
 * `columnCheck` (nulls and checks), not of the type checker.
 */
import type { DecodedColumn } from "./decoding.ts"
import type { WantedColumn } from "./wantedColumns.ts"

export interface RowRange {
  readonly from: number
  readonly to: number
}

/** The rows `[from, to)` of decoded columns, in the order of the wanted columns. */
export type BuildRows<A> = (columns: ReadonlyArray<DecodedColumn>, range: RowRange) => Array<A>

/** Compiles a builder. Cost: some 10 ns a row of five fields. */
export const compileBuildRows = <A>(wanted: ReadonlyArray<WantedColumn>): BuildRows<A> =>
  canGenerate() ? new Function(`return ${sourceOf(wanted)}`)() : interpretedBuildRows(wanted)

/** False where the process forbids code from strings. */
const canGenerate = (): boolean => {
  try {
    return new Function("return true")()
  } catch {
    return false
  }
}

/** Source of the generated builder; names are quoted as JSON, nothing else of the schema enters the code. */
const sourceOf = (wanted: ReadonlyArray<WantedColumn>): string => {
  const locals = wanted.map(
    (_, c) => `const v${c} = columns[${c}].values, n${c} = columns[${c}].nulls, t${c} = columns[${c}].texts`
  )
  const required = wanted.flatMap((column, c) =>
    column.onNull === "omit" ? [] : [`[${JSON.stringify(column.name)}]: ${valueSource(column, c)}`]
  )
  const optional = wanted.flatMap((column, c) =>
    column.onNull === "omit"
      ? [`if (n${c} === null || n${c}[i] === 0) row[${JSON.stringify(column.name)}] = ${presentSource(column, c)}`]
      : []
  )
  return `function buildRows(columns, range) {
  ${locals.join("\n  ")}
  const rows = []
  for (let i = range.from; i < range.to; i++) {
    const row = { ${required.join(", ")} }
    ${optional.join("\n    ")}
    rows.push(row)
  }
  return rows
}`
}

const valueSource = (column: WantedColumn, c: number): string => {
  const present = presentSource(column, c)
  return column.onNull === "refuse" ? present : `n${c} !== null && n${c}[i] === 1 ? ${absent(column)} : ${present}`
}

const absent = ({ onNull }: WantedColumn): "null" | "undefined" => (onNull === "null" ? "null" : "undefined")

const presentSource = ({ kind }: WantedColumn, c: number): string => {
  switch (kind) {
    case "string":
      return `t${c}[v${c}[i]]`
    case "boolean":
      return `v${c}[i] === 1`
    case "date":
      return `new Date(v${c}[i])`
    default:
      return `v${c}[i]`
  }
}

/** The readable twin of the generated builder. */
export const interpretedBuildRows =
  <A>(wanted: ReadonlyArray<WantedColumn>): BuildRows<A> =>
  (columns, { from, to }) =>
    Array.from({ length: to - from }, (_, offset) => {
      const entries: Array<ReadonlyArray<unknown>> = []
      const late: Array<ReadonlyArray<unknown>> = []
      for (const [c, column] of wanted.entries()) {
        const decoded = columns[c]
        if (decoded === undefined) continue
        const isNull = column.onNull !== "refuse" && decoded.nulls?.[from + offset] === 1
        const value =
          isNull && column.onNull === "null"
            ? null
            : isNull
              ? undefined
              : valueAt(decoded, { column, row: from + offset })
        if (column.onNull !== "omit") entries.push([column.name, value])
        else if (!isNull) late.push([column.name, value])
      }
      return Object.fromEntries([...entries, ...late])
    })

/** One value of a column, as rows hold it; of a row that has one. */
export const valueAt = (
  decoded: DecodedColumn,
  { column, row }: { readonly column: WantedColumn; readonly row: number }
): unknown => {
  if (decoded._tag === "Texts") return decoded.texts[decoded.values[row] ?? 0]
  if (decoded._tag === "Booleans") return decoded.values[row] === 1
  const value = decoded.values[row]
  return column.kind === "date" && typeof value === "number" ? new Date(value) : value
}
