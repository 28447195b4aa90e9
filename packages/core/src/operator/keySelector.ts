/** Computes the key of a record before an exchange, as code and as a function. */
import type { Schema } from "effect"
import { hashInteger, hashKey, hashString, type KeyValue, keyGroupOf } from "../model/keyGroups.ts"
import type { KeyKind } from "../state/keyKind.ts"
import type { Erased } from "./erase.ts"
import { invalidKey, toKeyValue, toTupleText, tupleOf } from "./keys.ts"
import type { ChainCode } from "./OperatorStep.ts"

/** Where a key comes from. */
export type KeyOf =
  | { readonly _tag: "Field"; readonly field: string }
  | { readonly _tag: "Function"; readonly f: Erased<unknown> }

export interface KeySelector {
  /** Names the `keyBy` in messages. */
  readonly uid: string
  /** For `explain`: `origin`. */
  readonly description: string
  /** What its hash is made of, for `explain`: `the text`. */
  readonly hash: string
  /** The key as the user knows it. */
  readonly schema: Schema.Codec<unknown, unknown>
  readonly kind: KeyKind
  /** The field of the records that is the key; null for a computed one. */
  readonly field: string | null
  /** HOT. Fails: throws for NaN, -0 and fractions. Tuples answer their JSON text. */
  readonly select: (value: unknown) => KeyValue
  /** Inverse of what `select` does to tuples; null where the stored key is the key itself. */
  readonly restore: ((key: KeyValue) => unknown) | null
  /** Code that computes key and group of a record and hands their names to `next`. */
  readonly emit: (code: ChainCode, record: KeyedRecord, next: (key: string, group: string) => string) => string
}

/** As `hashing`: every key is hashed. */
export const always = "true"

export interface KeyedRecord {
  /** Name of the variable that holds the record. */
  readonly value: string
  /** An expression that tells whether the key group is asked for: where it does not hold the group is 0. */
  readonly hashing: string
}

export interface KeySelectorOptions {
  readonly uid: string
  readonly of: KeyOf
  readonly schema: Schema.Codec<unknown, unknown>
  readonly kind: KeyKind
}

export const makeKeySelector = ({ uid, of, schema, kind }: KeySelectorOptions): KeySelector => {
  const read = reader(of)
  return {
    uid,
    description: of._tag === "Field" ? of.field : "function",
    hash: hashedParts[kind],
    schema,
    kind,
    field: of._tag === "Field" ? of.field : null,
    select: (value) => storeKey(kind, read(value)),
    restore: kind === "tuple" ? tupleOf : null,
    emit: (code, { hashing, value }, next) => {
      const key = code.name("key")
      const group = code.name("group")
      const answer =
        of._tag === "Field" ? `${value}[${JSON.stringify(of.field)}]` : `${code.bind("key", of.f)}(${value})`
      return `${emitKey(code, kind, { key, answer })}
const ${group} = ${hashing === always ? "" : `${hashing} ? `}${emitGroup(code, kind, key)}${hashing === always ? "" : " : 0"}
${next(key, group)}`
    }
  }
}

const reader = (of: KeyOf): Erased<unknown> => {
  if (of._tag === "Function") return of.f
  return (value) => (typeof value === "object" && value !== null ? Reflect.get(value, of.field) : undefined)
}

/** Key group of a key, for the twin. */
export const groupOfKey = (key: KeyValue): number => keyGroupOf(hashKey(key))

const storeKey = (kind: KeyKind, key: unknown): KeyValue => {
  if (kind === "tuple") return toTupleText(key)
  const stored = toKeyValue(key)
  if (kind === "string" && typeof stored !== "string") throw invalidKey(key)
  if (kind === "integer" && typeof stored !== "number") throw invalidKey(key)
  return stored
}

/** The checks of `storeKey`, without a call where the schema tells the kind. */
const emitKey = (code: ChainCode, kind: KeyKind, names: { readonly key: string; readonly answer: string }): string => {
  const { answer, key } = names
  const refuse = (): string => `throw ${code.bind("invalidKey", invalidKey)}(${key})`
  switch (kind) {
    case "string":
      return `const ${key} = ${answer}\nif (typeof ${key} !== "string") ${refuse()}`
    case "integer":
      return `const ${key} = ${answer}\nif (!Number.isSafeInteger(${key}) || (${key} === 0 && 1 / ${key} < 0)) ${refuse()}`
    case "tuple":
      return `const ${key} = ${code.bind("toTupleText", toTupleText)}(${answer})`
    default:
      return `const ${key} = ${code.bind("toKeyValue", toKeyValue)}(${answer})`
  }
}

const emitGroup = (code: ChainCode, kind: KeyKind, key: string): string =>
  `${code.bind("keyGroupOf", keyGroupOf)}(${code.bind("hash", hashOf(kind))}(${key}))`

const hashedParts: Readonly<Record<KeyKind, string>> = {
  string: "the text",
  tuple: "the tuple's text",
  integer: "the integer",
  mixed: "the key, by its kind"
}

const hashOf = (kind: KeyKind) => {
  if (kind === "string" || kind === "tuple") return hashString
  return kind === "integer" ? hashInteger : hashKey
}
