/**
 * Reads `--name value`, `--name=value` and `--flag` into fields.
 *
 * Names are written in kebab case or as they are; a flag (a field that is boolean) takes no value unless by `=`.
 */
import { Result } from "effect"

export interface OptionField {
  readonly name: string
  readonly kind: "flag" | "value" | "list"
  readonly isOptional: boolean
}

export type OptionValues = Readonly<Record<string, string | ReadonlyArray<string>>>

export const optionName = (field: string): string =>
  `--${field
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase()}`

/** Fails: with a complete sentence for the first token that cannot be meant. */
export const readOptions = (
  tokens: ReadonlyArray<string>,
  fields: ReadonlyArray<OptionField>
): Result.Result<OptionValues, string> => {
  const values = new Map<string, string | ReadonlyArray<string>>()
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? ""
    const [, written, inline] = /^(--[^=]+)(?:=(.*))?$/s.exec(token) ?? []
    if (written === undefined) return Result.fail(`"${token}" is no option. Write options as --name value.`)
    const field = fields.find(({ name }) => optionName(name) === written || `--${name}` === written)
    if (field === undefined) return Result.fail(`The job has no option ${written}. ${knownText(fields)}`)
    const next = tokens[index + 1]
    const takesNext = inline === undefined && field.kind !== "flag"
    if (takesNext && (next === undefined || next.startsWith("--"))) {
      return Result.fail(`Option ${written} needs a value: ${written} VALUE.`)
    }
    if (takesNext) index++
    const value = inline ?? (takesNext ? (next ?? "") : "true")
    const before = values.get(field.name)
    if (before !== undefined && field.kind !== "list") return Result.fail(`Option ${written} is given twice.`)
    values.set(field.name, field.kind === "list" ? [...(before ?? []), value] : value)
  }
  return Result.succeed(Object.fromEntries(values))
}

export const knownText = (fields: ReadonlyArray<OptionField>): string =>
  fields.length === 0 ? "It has none." : `It has: ${fields.map(fieldText).join(", ")}.`

const fieldText = ({ kind, name, isOptional }: OptionField): string => {
  const text = kind === "flag" ? optionName(name) : `${optionName(name)} VALUE`
  return isOptional ? `[${text}]` : text
}
