/**
 * Compares what a checkpoint has recorded about a schema or a state with what the pipeline says now, in plain English.
 */
import type { Json } from "../model/Json.ts"
import type { StateRecord } from "./describeState.ts"

/**
 * The differences as complete sentences, none if the stored rows can be read.
 *
 * `subject` begins each sentence: `Value of state "total" of operator "sum"`.
 */
export const compareDescriptors = (recorded: Json, current: Json, subject: string): ReadonlyArray<string> =>
  differences(recorded, current, "").map((difference) => `${subject}: ${difference}.`)

/** What keeps the states of a checkpoint from being restored into these; new states start empty and are no problem. */
export const compareStates = (
  recorded: ReadonlyArray<StateRecord>,
  current: ReadonlyArray<StateRecord>
): ReadonlyArray<string> =>
  recorded.flatMap((state) =>
    compareState(
      state,
      current.find((other) => isSame(state, other))
    )
  )

const compareState = (recorded: StateRecord, current: StateRecord | undefined): ReadonlyArray<string> => {
  const subject = `state "${recorded.name}" of operator "${recorded.operator}"`
  if (current === undefined) return [`The checkpoint holds ${subject}, which the pipeline no longer has.`]
  const kind =
    recorded.kind === current.kind
      ? []
      : [`The ${subject} was a ${recorded.kind} state and is now a ${current.kind} state.`]
  const codec =
    recorded.codec === current.codec
      ? []
      : [`The ${subject} is stored in row layout ${recorded.codec}; this version of Tidemark reads ${current.codec}.`]
  return [
    ...kind,
    ...codec,
    ...compareDescriptors(recorded.key, current.key, `Key of ${subject}`),
    ...compareDescriptors(recorded.value, current.value, `Value of ${subject}`)
  ]
}

const isSame = (a: StateRecord, b: StateRecord): boolean => a.operator === b.operator && a.name === b.name

const differences = (recorded: Json, current: Json, path: string): ReadonlyArray<string> => {
  if (JSON.stringify(recorded) === JSON.stringify(current)) return []
  const before = typed(recorded)
  const now = typed(current)
  if (before.type !== now.type) return [changed(path, recorded, current)]
  switch (before.type) {
    case "struct":
      return fieldDifferences(named(before.fields), named(now.fields), path)
    case "array":
      return differences(before.item ?? null, now.item ?? null, `${path}[]`)
    case "record":
      return differences(before.value ?? null, now.value ?? null, `${path}[]`)
    case "map":
      return [
        ...differences(before.key ?? null, now.key ?? null, `${path}[key]`),
        ...differences(before.value ?? null, now.value ?? null, `${path}[]`)
      ]
    default:
      return before.parts === undefined
        ? [changed(path, recorded, current)]
        : fieldDifferences(named(before.parts), named(now.parts), path)
  }
}

const fieldDifferences = (
  before: ReadonlyArray<NamedDescriptor>,
  now: ReadonlyArray<NamedDescriptor>,
  path: string
): ReadonlyArray<string> => {
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`)
  const removed = before
    .filter((field) => !now.some((other) => other.name === field.name))
    .map((field) => `field "${at(field.name)}" was removed`)
  const others = now.flatMap((field) => {
    const old = before.find((other) => other.name === field.name)
    if (old === undefined) return [`field "${at(field.name)}" was added`]
    const optional = old.isOptional === field.isOptional ? [] : [becameOptional(at(field.name), field.isOptional)]
    return [...optional, ...differences(old.value, field.value, at(field.name))]
  })
  return [...removed, ...others]
}

const becameOptional = (path: string, isOptional: boolean): string =>
  isOptional ? `field "${path}" has become optional` : `field "${path}" is no longer optional`

const changed = (path: string, recorded: Json, current: Json): string => {
  const subject = path === "" ? "the type" : `field "${path}"`
  return `${subject} changed from ${describe(recorded)} to ${describe(current)}`
}

/** A descriptor in a few words. */
const describe = (descriptor: Json): string => {
  const { type, item, value, members, elements, fields } = typed(descriptor)
  if (type === "literal") return JSON.stringify(value)
  if (type === "array") return `array of ${describe(item ?? null)}`
  if (type === "record") return `record of ${describe(value ?? null)}`
  if (type === "map") return `map of ${describe(value ?? null)}`
  if (type === "union") return listOf(members).map(describe).join(" | ")
  if (type === "tuple") return `[${listOf(elements).map(describe).join(", ")}]`
  if (type === "struct") {
    return `struct { ${named(fields)
      .map((field) => field.name)
      .join(", ")} }`
  }
  return type
}

interface NamedDescriptor {
  readonly name: string
  readonly isOptional: boolean
  readonly value: Json
}

const named = (fields: Json | undefined): ReadonlyArray<NamedDescriptor> =>
  listOf(fields)
    .filter(isFields)
    .map((field) => ({
      name: String(field.name),
      isOptional: field.optional === true,
      value: field.value ?? null
    }))

const listOf = (json: Json | undefined): ReadonlyArray<Json> => (isList(json) ? json : [])

const typed = (json: Json): { readonly [key: string]: Json } & { readonly type: string } =>
  isFields(json) && typeof json.type === "string" ? { ...json, type: json.type } : { type: "unknown" }

const isList = (json: Json | undefined): json is ReadonlyArray<Json> => Array.isArray(json)

const isFields = (json: Json): json is { readonly [key: string]: Json } =>
  typeof json === "object" && json !== null && !isList(json)
