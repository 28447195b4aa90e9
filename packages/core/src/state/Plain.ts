/**
 * What a snapshot's rows are made of: values that MessagePack stores without loss, and nothing else.
 *
 * MessagePack as written here would lose the sign of -0 and lone surrogates; both, and bigints, travel as tagged arrays.
 */
import { invariant } from "../model/invariant.ts"
import type { KeyValue } from "../model/keyGroups.ts"

export type Plain = string | number | boolean | null | undefined | ReadonlyArray<Plain>

export type Primitive = string | number | boolean | bigint | null | undefined

const negativeZero = 0
const illFormedString = 1
const bigInteger = 2
/** Tags of other codecs that share an array with a tagged primitive start here. */
export const firstFreeTag = 3

/** HOT. */
export const encodeString = (text: string): Plain =>
  text.isWellFormed() ? text : [illFormedString, ...codeUnits(text)]

/** HOT. */
export const encodeNumber = (value: number): Plain => (value === 0 && 1 / value < 0 ? [negativeZero] : value)

export const encodePrimitive = (value: Primitive): Plain => {
  if (typeof value === "string") return encodeString(value)
  if (typeof value === "number") return encodeNumber(value)
  return typeof value === "bigint" ? [bigInteger, value.toString()] : value
}

/** Inverse of {@link encodePrimitive}. */
export const decodePrimitive = (plain: unknown): Primitive => {
  if (Array.isArray(plain)) return decodeTagged(plain)
  invariant(isPrimitive(plain), "a stored primitive is one")
  return plain
}

export const decodeKey = (plain: unknown): KeyValue => {
  const key = decodePrimitive(plain)
  invariant(key !== null && key !== undefined, "a stored key is a string, number, boolean or bigint")
  return key
}

export const isPrimitive = (value: unknown): value is Primitive =>
  value === null || (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol")

const decodeTagged = (tagged: ReadonlyArray<unknown>): Primitive => {
  switch (tagged[0]) {
    case negativeZero:
      return -0
    case illFormedString:
      return String.fromCharCode(...tagged.slice(1).map(Number))
    default:
      invariant(tagged[0] === bigInteger && typeof tagged[1] === "string", "a tagged primitive has a known tag")
      return BigInt(tagged[1])
  }
}

const codeUnits = (text: string): ReadonlyArray<number> =>
  Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))
