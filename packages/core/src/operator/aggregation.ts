/**
 * What an aggregate spec means for one accumulator: its slots, its schema, how it grows and what it comes to.
 *
 * A1 An accumulator is one flat object; all of them have the same slots in the same order (one hidden class).
 * A2 A slot is named after the result's field and the kind of aggregate, so that a changed spec changes the state's
 *    schema and cannot be restored by mistake.
 */
import { Schema } from "effect"
import {
  type Aggregate,
  type AggregateDescription,
  type AggregateSpec,
  type CustomDescription,
  describeAggregate,
  isAggregate,
  type NumberOf
} from "./Aggregate.ts"
import type { Erased } from "./erase.ts"
import type { ChainCode } from "./OperatorStep.ts"
import type { SlotPlaces } from "./slotPlaces.ts"
import { makeSlotFactory, type Slot, type SlotRecord } from "./slots.ts"

export interface Aggregation {
  /** For `explain`: `flights = count, worst = max(delay)`. */
  readonly description: string
  readonly accumulator: Schema.Codec<unknown, unknown>
  readonly result: Schema.Codec<unknown, unknown>
  readonly create: () => SlotRecord
  readonly copy: (accumulator: SlotRecord) => SlotRecord
  /** Statements that set all slots to those of a fresh accumulator. */
  readonly emitCreate: (code: ChainCode, places: SlotPlaces) => string
  /** Statements that add the value, the name of a variable, to the accumulator. */
  readonly emitAdd: (code: ChainCode, places: SlotPlaces, value: string) => string
  /** Expression of the result of an accumulator. */
  readonly emitResult: (code: ChainCode, places: SlotPlaces) => string
  readonly add: (accumulator: SlotRecord, value: unknown) => void
  readonly resultOf: (accumulator: SlotRecord) => unknown
  /** Null where a custom aggregate takes part. */
  readonly merging: Merging | null
}

/** How an accumulator takes another in, as if it had been given the other's records as well. */
export interface Merging {
  readonly emit: (into: SlotPlaces, from: SlotPlaces) => string
  readonly merge: (into: SlotRecord, from: SlotRecord) => void
}

/** One aggregate of a spec; the parts of an {@link Aggregation} have the same shape. */
interface Part extends Pick<Aggregation, "emitAdd" | "emitResult" | "add" | "resultOf" | "result"> {
  readonly slots: ReadonlyArray<Slot>
}

export const makeAggregation = <A>(spec: AggregateSpec<A>): Aggregation =>
  isAggregate(spec) ? single(spec) : struct(spec)

const single = <A>(of: Aggregate<A, unknown>): Aggregation => {
  const description = describeAggregate(of)
  const part = makePart("", description)
  return { ...part, ...storage(part.slots), description: aggregateText(description) }
}

const struct = <A>(spec: { readonly [field: string]: Aggregate<A, unknown> }): Aggregation => {
  const parts = Object.entries(spec).map(([field, of]) => ({ field, ...makePart(`${field}.`, describeAggregate(of)) }))
  return {
    ...storage(parts.flatMap((part) => part.slots)),
    description: Object.entries(spec)
      .map(([field, of]) => `${field} = ${aggregateText(describeAggregate(of))}`)
      .join(", "),
    result: Schema.Struct(Object.fromEntries(parts.map((part) => [part.field, part.result]))),
    emitAdd: (code, places, value) => parts.map((part) => part.emitAdd(code, places, value)).join("\n"),
    emitResult: (code, places) =>
      `{ ${parts.map((part) => `${JSON.stringify(part.field)}: ${part.emitResult(code, places)}`).join(", ")} }`,
    add: (accumulator, value) => {
      for (const part of parts) part.add(accumulator, value)
    },
    resultOf: (accumulator) => Object.fromEntries(parts.map((part) => [part.field, part.resultOf(accumulator)]))
  }
}

const storage = (
  slots: ReadonlyArray<Slot>
): Pick<Aggregation, "accumulator" | "create" | "copy" | "emitCreate" | "merging"> => ({
  accumulator: Schema.Struct(Object.fromEntries(slots.map((slot) => [slot.name, slot.schema]))),
  emitCreate: (code, places) =>
    slots
      .map(({ create, literal, name }) =>
        literal === null
          ? places.write(name, `${code.bind("create", create)}()`)
          : `${places.number(name)} = ${literal}`
      )
      .join("\n"),
  merging: mergingOf(slots),
  ...makeSlotFactory(slots)
})

const mergingOf = (slots: ReadonlyArray<Slot>): Merging | null => {
  if (slots.some((slot) => slot.merge === null)) return null
  return {
    emit: (into, from) =>
      slots.map((slot) => emitMerge(slot, into.number(slot.name), from.number(slot.name))).join("\n"),
    merge: (into, from) => {
      for (const { merge, name } of slots) {
        const [left, right] = [numberIn(into, name), numberIn(from, name)]
        into[name] = merge === "min" ? Math.min(left, right) : merge === "max" ? Math.max(left, right) : left + right
      }
    }
  }
}

const emitMerge = ({ merge }: Slot, into: string, from: string): string =>
  merge === "add" ? `${into} += ${from}` : `${into} = Math.${merge}(${into}, ${from})`

const makePart = (prefix: string, description: AggregateDescription): Part => {
  switch (description.kind) {
    case "count":
      return countPart(prefix, description.predicate)
    case "sum":
      return sumPart(prefix, description.of)
    case "min":
    case "max":
      return extremePart(prefix, description.kind, description.of)
    case "mean":
      return meanPart(prefix, description.of)
    default:
      return customPart(prefix, description)
  }
}

const countPart = (prefix: string, predicate: Erased<boolean> | null): Part => {
  const slot = `${prefix}count`
  return {
    slots: [{ name: slot, schema: Schema.Int, create: () => 0, literal: "0", copy: null, merge: "add" }],
    result: Schema.Int,
    emitAdd: (code, places, value) => {
      const grow = `${places.number(slot)}++`
      return predicate === null ? grow : `if (${code.bind("counts", predicate)}(${value})) ${grow}`
    },
    emitResult: (_code, places) => places.number(slot),
    add: (accumulator, value) => {
      if (predicate === null || predicate(value)) accumulator[slot] = numberIn(accumulator, slot) + 1
    },
    resultOf: (accumulator) => accumulator[slot]
  }
}

const sumPart = (prefix: string, of: NumberOf): Part => {
  const slot = `${prefix}sum`
  const read = reader(of)
  return {
    slots: [numberSlot(slot, "0", 0, "add")],
    result: Schema.Number,
    emitAdd: (code, places, value) => `${places.number(slot)} += ${emitRead(code, of, value)}`,
    emitResult: (_code, places) => places.number(slot),
    add: (accumulator, value) => {
      accumulator[slot] = numberIn(accumulator, slot) + read(value)
    },
    resultOf: (accumulator) => accumulator[slot]
  }
}

const extremePart = (prefix: string, kind: "min" | "max", of: NumberOf): Part => {
  const slot = `${prefix}${kind}`
  const read = reader(of)
  const extreme = kind === "min" ? Math.min : Math.max
  return {
    slots: [
      kind === "min" ? numberSlot(slot, "Infinity", Infinity, kind) : numberSlot(slot, "-Infinity", -Infinity, kind)
    ],
    result: Schema.Number,
    emitAdd: (code, places, value) => {
      const place = places.number(slot)
      return `${place} = Math.${kind}(${place}, ${emitRead(code, of, value)})`
    },
    emitResult: (_code, places) => places.number(slot),
    add: (accumulator, value) => {
      accumulator[slot] = extreme(numberIn(accumulator, slot), read(value))
    },
    resultOf: (accumulator) => accumulator[slot]
  }
}

const meanPart = (prefix: string, of: NumberOf): Part => {
  const sum = `${prefix}mean.sum`
  const count = `${prefix}mean.count`
  const read = reader(of)
  return {
    slots: [
      numberSlot(sum, "0", 0, "add"),
      { name: count, schema: Schema.Int, create: () => 0, literal: "0", copy: null, merge: "add" }
    ],
    result: Schema.Number,
    emitAdd: (code, places, value) =>
      `${places.number(sum)} += ${emitRead(code, of, value)}\n${places.number(count)}++`,
    emitResult: (_code, places) => `${places.number(sum)} / ${places.number(count)}`,
    add: (accumulator, value) => {
      accumulator[sum] = numberIn(accumulator, sum) + read(value)
      accumulator[count] = numberIn(accumulator, count) + 1
    },
    resultOf: (accumulator) => numberIn(accumulator, sum) / numberIn(accumulator, count)
  }
}

const customPart = (prefix: string, description: CustomDescription): Part => {
  const slot = `${prefix}custom`
  const { add, copy, create, result, resultSchema, schema } = description
  return {
    slots: [{ name: slot, schema, create, literal: null, copy, merge: null }],
    result: resultSchema,
    emitAdd: (code, places, value) => places.write(slot, `${code.bind("add", add)}(${places.read(slot)}, ${value})`),
    emitResult: (code, places) => `${code.bind("result", result)}(${places.read(slot)})`,
    add: (accumulator, value) => {
      accumulator[slot] = add(accumulator[slot], value)
    },
    resultOf: (accumulator) => result(accumulator[slot])
  }
}

const aggregateText = (description: AggregateDescription): string => {
  switch (description.kind) {
    case "count":
      return description.predicate === null ? "count" : "count(predicate)"
    case "custom":
      return "custom"
    default:
      return `${description.kind}(${description.of._tag === "Field" ? description.of.field : "function"})`
  }
}

const numberSlot = (name: string, literal: string, initial: number, merge: Slot["merge"]): Slot => ({
  name,
  schema: Schema.Number,
  create: () => initial,
  literal,
  merge,
  copy: null
})

const access = (record: string, slot: string): string => `${record}[${JSON.stringify(slot)}]`

const emitRead = (code: ChainCode, of: NumberOf, value: string): string =>
  of._tag === "Field" ? access(value, of.field) : `${code.bind("number", of.f)}(${value})`

const reader = (of: NumberOf): Erased<number> => {
  if (of._tag === "Function") return of.f
  return (value) => toNumber(typeof value === "object" && value !== null ? Reflect.get(value, of.field) : undefined)
}

const numberIn = (accumulator: SlotRecord, slot: string): number => toNumber(accumulator[slot])

const toNumber = (value: unknown): number => (typeof value === "number" ? value : Number.NaN)
