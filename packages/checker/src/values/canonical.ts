/**
 * One text for every value: equal values have equal texts, different values different ones.
 *
 * V1 Only JSON-like values and snapshots of XState machines have a text; everything else is refused, with its place.
 * V2 A value that has a text is deeply frozen (a snapshot itself, its state and its context): whoever changes it later
 *    throws, and the text stays true.
 */

/** A value that a model cannot be made of. */
export class NotAValue extends Error {
  constructor(place: string, problem: string) {
    super(
      `${place} ${problem}. States, messages and operations are made of records, arrays, strings, finite numbers, ` +
        "booleans and null: keep anything else outside of the model, or describe it by such values."
    )
    this.name = "NotAValue"
  }
}

const texts = new WeakMap<object, string>()

/** Deeper than anything that somebody writes; a value that contains itself is deeper. */
const depthMax = 500

/** The text of a value, which is frozen. `place` names it in errors. */
export const canonicalText = (value: unknown, place: string, depth = 0): string => {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value)
    case "number":
      if (!Number.isFinite(value)) throw new NotAValue(place, `is ${value}`)
      return Object.is(value, -0) ? "-0" : String(value)
    case "boolean":
      return value ? "true" : "false"
    case "undefined":
      return "undefined"
    case "object":
      return value === null ? "null" : textOfObject(value, place, depth + 1)
    default:
      throw new NotAValue(place, `is a ${typeof value}`)
  }
}

const textOfObject = (value: object, place: string, depth: number): string => {
  const known = texts.get(value)
  if (known !== undefined) return known
  if (depth > depthMax) {
    throw new NotAValue(`${place.slice(0, 80)}...`, `contains itself, or is nested more than ${depthMax} deep`)
  }
  const text = isSnapshot(value)
    ? textOfSnapshot(value, place, depth)
    : Array.isArray(value)
      ? textOfArray(value, place, depth)
      : textOfRecord(value, place, depth)
  Object.freeze(value)
  texts.set(value, text)
  return text
}

const textOfArray = (values: ReadonlyArray<unknown>, place: string, depth: number): string =>
  `[${values.map((value, index) => canonicalText(value, `${place}[${index}]`, depth)).join(",")}]`

const textOfRecord = (record: object, place: string, depth: number): string => {
  const prototype: unknown = Object.getPrototypeOf(record)
  if (prototype !== Object.prototype && prototype !== null) {
    throw new NotAValue(place, `is an instance of ${String(record.constructor?.name ?? "a class without a name")}`)
  }
  if (Object.getOwnPropertySymbols(record).length > 0) throw new NotAValue(place, "has a symbol as a key")
  const fields = Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))
  const inner = fields.map(([key, value]) => `${JSON.stringify(key)}:${canonicalText(value, `${place}.${key}`, depth)}`)
  return `{${inner.join(",")}}`
}

/** What identifies a snapshot of an XState machine. */
export interface SnapshotLike {
  readonly machine: { readonly id: string }
  readonly status: string
  readonly value: unknown
  readonly context: unknown
  readonly children: object
  readonly historyValue?: Readonly<Record<string, ReadonlyArray<{ readonly id: string }>>>
  readonly output?: unknown
}

export const isSnapshot = (value: object): value is SnapshotLike =>
  "machine" in value && "_nodes" in value && "status" in value && "children" in value

const textOfSnapshot = (snapshot: SnapshotLike, place: string, depth: number): string => {
  const children = Object.keys(snapshot.children)
  if (children.length > 0) {
    throw new NotAValue(place, `has the child actors ${children.join(", ")} (spawned or invoked)`)
  }
  const history = Object.entries(snapshot.historyValue ?? {}).map(([id, nodes]) => [id, nodes.map((node) => node.id)])
  const parts = [
    canonicalText(snapshot.value, `${place}.value`, depth),
    canonicalText(snapshot.context, `${place}.context`, depth),
    ...(snapshot.status === "active" ? [] : [snapshot.status]),
    ...(snapshot.output === undefined ? [] : [canonicalText(snapshot.output, `${place}.output`, depth)]),
    ...(history.length === 0 ? [] : [canonicalText(history, `${place}.history`)])
  ]
  return `<${snapshot.machine.id} ${parts.join(" ")}>`
}
