/**
 * Flat records with fixed slots. Made from one generated literal each, so that all records of a kind share one hidden
 * class (performance: a dictionary or a foreign shape costs a multiple per access).
 */
import type { Schema } from "effect"
import { invariant } from "../model/invariant.ts"
import { canGenerateCode } from "../state/canGenerateCode.ts"

export type SlotRecord = { [slot: string]: unknown }

export interface Slot {
  readonly name: string
  readonly schema: Schema.Codec<unknown, unknown>
  readonly create: () => unknown
  /** The initial value as code, where it is a constant. */
  readonly literal: string | null
  /** Copies a slot's value; null where values are immutable. */
  readonly copy: ((value: unknown) => unknown) | null
  /** How two accumulators are merged in this slot; null where only the user could tell. */
  readonly merge: "add" | "min" | "max" | null
}

export interface SlotFactory {
  readonly create: () => SlotRecord
  readonly copy: (record: SlotRecord) => SlotRecord
}

export const makeSlotFactory = (slots: ReadonlyArray<Slot>): SlotFactory =>
  canGenerateCode() ? generatedFactory(slots) : interpretedFactory(slots)

const interpretedFactory = (slots: ReadonlyArray<Slot>): SlotFactory => ({
  create: () => Object.fromEntries(slots.map((slot) => [slot.name, slot.create()])),
  copy: (record) =>
    Object.fromEntries(
      slots.map((slot) => [slot.name, slot.copy === null ? record[slot.name] : slot.copy(record[slot.name])])
    )
})

const generatedFactory = (slots: ReadonlyArray<Slot>): SlotFactory => {
  const fresh = slots.map((slot, i) => `${JSON.stringify(slot.name)}: ${slot.literal ?? `slots[${i}].create()`}`)
  const copied = slots.map((slot, i) => {
    const name = JSON.stringify(slot.name)
    return `${name}: ${slot.copy === null ? `record[${name}]` : `slots[${i}].copy(record[${name}])`}`
  })
  const make = new Function(
    "slots",
    `"use strict"
return {
  create: () => ({ ${fresh.join(", ")} }),
  copy: (record) => ({ ${copied.join(", ")} })
}`
  )
  return make(slots)
}

/** Reads a stored value as the record of slots that it was created as. */
export const asSlots = (value: unknown): SlotRecord => {
  invariant(isSlots(value), "an accumulator is an object", { type: typeof value })
  return value
}

const isSlots = (value: unknown): value is SlotRecord => typeof value === "object" && value !== null
