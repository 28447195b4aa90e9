/**
 * What a schema wants of a file's columns, decided once from its type side: a flat struct of numbers, bigints,
 * booleans, strings and dates, each possibly null or optional, with any checks.
 */
import { Result, Schema, SchemaAST } from "effect"

export type ValueKind = "number" | "bigint" | "boolean" | "string" | "date"

export interface WantedColumn {
  readonly name: string
  readonly kind: ValueKind
  /** What a row without a value gets. */
  readonly onNull: "refuse" | "null" | "undefined" | "omit"
  /** `integer`: only that numbers are whole or finite, which integer columns are anyway. */
  readonly checks: "none" | "integer" | "value"
  /** Why a value does not fit, or null if it does. */
  readonly problemOf: (value: unknown) => string | null
}

export interface WantedRow {
  readonly columns: ReadonlyArray<WantedColumn>
  /** Checks of the struct as a whole, or null if it has none. */
  readonly problemOf: ((row: unknown) => string | null) | null
}

/** Fails with a sentence for a schema that no flat columns can fill. */
export const wantedRow = (schema: Schema.Top): Result.Result<WantedRow, string> => {
  const ast = SchemaAST.toType(schema.ast)
  if (!SchemaAST.isObjects(ast) || ast.indexSignatures.length > 0) {
    return Result.fail("the schema must be a Schema.Struct with named fields, one per column.")
  }
  const columns: Array<WantedColumn> = []
  for (const { name, type } of ast.propertySignatures) {
    const column = typeof name === "string" ? wantedColumn(name, SchemaAST.toType(type)) : null
    if (column === null) {
      return Result.fail(
        `field "${String(name)}" cannot be read from a column: its type must be a number, bigint, boolean, string or Date.`
      )
    }
    columns.push(column)
  }
  return Result.succeed({ columns, problemOf: ast.checks === undefined ? null : problemFinder(ast) })
}

const wantedColumn = (name: string, ast: SchemaAST.AST): WantedColumn | null => {
  const members = membersOf(ast)
  const values = members.filter((member) => !SchemaAST.isNull(member) && !SchemaAST.isUndefined(member))
  const [kind, ...others] = new Set(values.map(kindOf))
  if (kind === undefined || kind === null || others.length > 0) return null
  const checked = [...unionsOf(ast), ...values].map(checksOf)
  return {
    name,
    kind,
    onNull: onNullOf(ast, members),
    checks: checked.includes("value") ? "value" : checked.includes("integer") ? "integer" : "none",
    problemOf: problemFinder(ast)
  }
}

/** The alternatives of a type, those of unions within unions included. */
const membersOf = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> =>
  SchemaAST.isUnion(ast) ? ast.types.flatMap(membersOf) : [ast]

const unionsOf = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> =>
  SchemaAST.isUnion(ast) ? [ast, ...ast.types.flatMap(unionsOf)] : []

const onNullOf = (ast: SchemaAST.AST, members: ReadonlyArray<SchemaAST.AST>): WantedColumn["onNull"] => {
  if (members.some(SchemaAST.isNull)) return "null"
  if (members.some(SchemaAST.isUndefined)) return "undefined"
  return ast.context?.isOptional === true ? "omit" : "refuse"
}

const kindOf = (ast: SchemaAST.AST): ValueKind | null => {
  if (SchemaAST.isString(ast) || SchemaAST.isTemplateLiteral(ast)) return "string"
  if (SchemaAST.isNumber(ast)) return "number"
  if (SchemaAST.isBoolean(ast)) return "boolean"
  if (SchemaAST.isBigInt(ast)) return "bigint"
  if (SchemaAST.isLiteral(ast)) return literalKind(ast.literal)
  return SchemaAST.isDeclaration(ast) && isDate(ast) ? "date" : null
}

const literalKind = (literal: string | number | boolean | bigint): ValueKind => {
  if (typeof literal === "string") return "string"
  if (typeof literal === "number") return "number"
  return typeof literal === "boolean" ? "boolean" : "bigint"
}

const isDate = (ast: SchemaAST.Declaration): boolean => representationOf(ast.annotations) === "effect/schema/Date"

const wholeNumberChecks: ReadonlySet<unknown> = new Set(["effect/schema/isInt", "effect/schema/isFinite"])

const checksOf = (ast: SchemaAST.AST): WantedColumn["checks"] => {
  if (SchemaAST.isLiteral(ast) || SchemaAST.isTemplateLiteral(ast)) return "value"
  if (ast.checks === undefined) return "none"
  return ast.checks.every(({ annotations }) => wholeNumberChecks.has(representationOf(annotations)))
    ? "integer"
    : "value"
}

/** The stable name by which Effect knows one of its own schemas or checks. */
const representationOf = (annotations: Schema.Annotations.Annotations | undefined): unknown => {
  const representation: unknown = annotations?.representation
  return typeof representation === "object" && representation !== null && "id" in representation
    ? representation.id
    : undefined
}

const problemFinder = (ast: SchemaAST.AST): ((value: unknown) => string | null) => {
  const schema: Schema.Codec<unknown> = Schema.make(ast)
  const fits = Schema.is(schema)
  const decode = Schema.decodeUnknownResult(schema)
  return (value) => {
    if (fits(value)) return null
    const decoded = decode(value)
    return Result.isFailure(decoded) ? decoded.failure.message.replace(/\s*\n\s*/g, " ") : "it does not fit"
  }
}
