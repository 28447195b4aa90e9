/**
 * Records and the cells of a CSV file: cells are text, what they mean is said by the schema's JSON form.
 *
 * An empty cell without quotes is an absent or null value where the schema has one, else an empty text. Dates are ISO
 * text, bigints digits, nested values JSON, as in JSON lines.
 */
import { Result, Schema, SchemaAST } from "effect"
import { flatFields, flatGuard } from "../internal/flatFields.ts"
import { jsonCodec } from "../internal/jsonCodec.ts"

/** A cell: null for one that is empty and not quoted. */
export type Cell = string | null

interface CsvField {
  readonly name: string
  readonly isOptional: boolean
  readonly takes: ReadonlySet<JsonKind>
}

/** `word`: a text of the schema, never an empty one. */
type JsonKind = "text" | "word" | "number" | "boolean" | "null" | "nested"

export interface CsvFields<A> {
  readonly names: ReadonlyArray<string>
  /** Fields without which a record cannot be. */
  readonly required: ReadonlyArray<string>
  /** Whether an empty text and a missing one are two things. */
  readonly tellsEmpty: boolean
  /** `columns` says in which column the field of each place stands; -1 for none. */
  readonly decode: (cells: ReadonlyArray<Cell>, columns: ReadonlyArray<number>) => Result.Result<A, Schema.SchemaError>
  readonly encode: (value: A) => Result.Result<ReadonlyArray<Cell>, string>
}

/** Throws a `RangeError` for a schema whose records are no rows. */
export const csvFields = <A>(connector: string, schema: Schema.Codec<A, unknown>): CsvFields<A> => {
  const fields = fieldsOf(connector, schema)
  const flat = flatFields(schema)
  const isRecord = flat === null ? null : flatGuard<A>(flat)
  const codec = jsonCodec(schema)
  const decode = Schema.decodeUnknownResult(codec)
  const encode = Schema.encodeUnknownResult(codec)
  const tellsEmpty = fields.some(({ isOptional, takes }) => takes.has("text") && (isOptional || takes.has("null")))
  if (tellsEmpty && fields.length === 1) {
    throw new RangeError(`${connector}: a single column cannot tell an empty text from a missing one; add a column.`)
  }
  return {
    names: fields.map(({ name }) => name),
    required: fields.filter(({ isOptional }) => !isOptional).map(({ name }) => name),
    tellsEmpty,
    decode: (cells, columns) => {
      const value: Record<string, unknown> = {}
      for (let i = 0; i < fields.length; i++) {
        const field = fields[i]
        if (field === undefined) break
        const json = jsonOf(field, cells[columns[i] ?? -1] ?? null)
        if (json !== undefined) value[field.name] = json
      }
      return isRecord?.(value) === true ? Result.succeed(value) : decode(value)
    },
    encode: (value) => {
      const encoded = encode(value)
      if (Result.isFailure(encoded)) return Result.fail(encoded.failure.message.replace(/\s*\n\s*/g, " "))
      const row = encoded.success
      if (!isObject(row)) return Result.fail("Expected an object")
      const cells: Array<Cell> = []
      for (const { name } of fields) {
        const json = row[name]
        if (typeof json === "number" && !Number.isFinite(json)) {
          return Result.fail(`Expected a finite number at ["${name}"]`)
        }
        cells.push(cellOf(json))
      }
      return Result.succeed(cells)
    }
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

const jsonOf = ({ isOptional, takes }: CsvField, cell: Cell): unknown => {
  if (cell === null || cell === "") {
    if (cell === "" && takes.has("text")) return ""
    if (isOptional) return undefined
    return takes.has("null") ? null : ""
  }
  if (takes.has("number") && number.test(cell)) return Number(cell)
  if (takes.has("boolean") && (cell === "true" || cell === "false")) return cell === "true"
  if (takes.has("nested")) {
    return Result.getOrElse(
      Result.try((): unknown => JSON.parse(cell)),
      () => cell
    )
  }
  return cell
}

const cellOf = (json: unknown): Cell => {
  if (json === undefined || json === null) return null
  return typeof json === "object" ? JSON.stringify(json) : String(json)
}

const fieldsOf = <A>(connector: string, schema: Schema.Codec<A, unknown>): ReadonlyArray<CsvField> => {
  const ast = SchemaAST.toEncoded(jsonCodec(schema).ast)
  if (!SchemaAST.isObjects(ast) || ast.indexSignatures.length > 0 || ast.propertySignatures.length === 0) {
    throw new RangeError(`${connector}: the schema must be a struct of named columns.`)
  }
  return ast.propertySignatures.map(({ name, type }) => {
    if (typeof name !== "string" || name === "__proto__") {
      throw new RangeError(`${connector}: ${String(name)} cannot be the name of a column.`)
    }
    const kinds = [...kindsOf(type)]
    return {
      name,
      isOptional: type.context?.isOptional === true || kinds.includes("absent"),
      takes: new Set(kinds.filter((kind) => kind !== "absent"))
    }
  })
}

const kindsOf = (ast: SchemaAST.AST): ReadonlyArray<JsonKind | "absent"> => {
  if (SchemaAST.isUnion(ast)) return ast.types.flatMap(kindsOf)
  if (SchemaAST.isNumber(ast)) return ["number"]
  if (SchemaAST.isBoolean(ast)) return ["boolean"]
  if (SchemaAST.isNull(ast)) return ["null"]
  if (SchemaAST.isUndefined(ast)) return ["absent"]
  if (SchemaAST.isLiteral(ast)) return [literalKind(ast.literal)]
  return SchemaAST.isObjects(ast) || SchemaAST.isArrays(ast) || SchemaAST.isSuspend(ast) ? ["nested"] : ["text"]
}

const literalKind = (literal: SchemaAST.LiteralValue): JsonKind =>
  typeof literal === "number" ? "number" : typeof literal === "boolean" ? "boolean" : literal === "" ? "text" : "word"
