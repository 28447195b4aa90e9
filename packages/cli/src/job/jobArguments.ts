/** What stands behind `--` on the command line, as the job's own schema understands it. */
import { Effect, Result, Schema, SchemaAST, SchemaIssue } from "effect"
import { UsageInvalid } from "../failures.ts"
import { knownText, type OptionField, optionName, readOptions } from "./readOptions.ts"

const formatIssues = SchemaIssue.makeFormatterStandardSchemaV1()

/** Fails: for unknown, repeated, missing and unfit options, naming those that the job knows. */
export const decodeJobArguments = Effect.fnUntraced(function* (
  schema: Schema.Codec<unknown, unknown>,
  tokens: ReadonlyArray<string>,
  module: string
): Effect.fn.Return<unknown, UsageInvalid> {
  const fields = fieldsOf(schema)
  const invalid = (problem: string) =>
    new UsageInvalid({ message: `Options of the job in ${module} (behind --): ${problem}` })
  const values = readOptions(tokens, fields ?? [])
  if (Result.isFailure(values)) return yield* invalid(values.failure)
  // Without fields the schema may be one of anything, such as Void.
  const given = fields === null ? undefined : values.success
  const decoded = Schema.decodeUnknownResult(Schema.toCodecStringTree(schema))(given, { errors: "all" })
  if (Result.isSuccess(decoded)) return decoded.success
  const problems = formatIssues(decoded.failure.issue).issues.map(issueText)
  return yield* invalid(`${problems.join(" ")} ${knownText(fields ?? [])}`)
})

/** The fields of a schema of named options; null for any other schema. */
const fieldsOf = (schema: Schema.Codec<unknown, unknown>): ReadonlyArray<OptionField> | null => {
  const { ast } = Schema.toEncoded(schema)
  if (!SchemaAST.isObjects(ast)) return null
  return ast.propertySignatures.map(({ name, type }) => ({
    name: String(name),
    kind: membersOf(type).every(SchemaAST.isBoolean)
      ? "flag"
      : membersOf(type).some(SchemaAST.isArrays)
        ? "list"
        : "value",
    isOptional: SchemaAST.isOptional(type)
  }))
}

const membersOf = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> =>
  SchemaAST.isUnion(ast) ? ast.types.filter((member) => !SchemaAST.isUndefined(member)) : [ast]

const issueText = ({
  message,
  path = []
}: {
  readonly message: string
  readonly path?: ReadonlyArray<unknown> | undefined
}): string => {
  const first = path[0]
  const field = typeof first === "object" && first !== null && "key" in first ? first.key : first
  if (field === undefined) return `${message}.`
  const option = optionName(String(field))
  return message === "Missing key" ? `Option ${option} is missing.` : `Option ${option}: ${lowerFirst(message)}.`
}

const lowerFirst = (text: string): string => `${text.charAt(0).toLowerCase()}${text.slice(1)}`
