/** Chains over lines of text, whose first operator parses them: a record costs some hundred nanoseconds anyway. */
import { Schema } from "effect"
import type { Chain, Kept } from "./Chain.ts"
import { type Item, ItemSchema, KeptItems, makeItems, objectSteps } from "./objects.ts"

const parse = (line: string): Item => {
  const [id, value] = line.split(",")
  return { id: Number(id), value: Number(value) }
}

const hand3 = (lines: ReadonlyArray<string>, kept: Kept<Item>): void => {
  for (const line of lines) {
    const { id, value } = parse(line)
    if ((value & 7) !== 0) kept.keep({ id: id + 1, value: value ^ id })
  }
}

const hand6 = (lines: ReadonlyArray<string>, kept: Kept<Item>): void => {
  for (const line of lines) {
    const { id, value } = parse(line)
    if ((value & 7) === 0) continue
    const id1 = id + 1
    const a = ((value ^ id) * 5 + 3) & 0xffffff
    if ((a & 15) !== 1) kept.keep({ id: id1 + 2, value: a ^ (id1 << 1) })
  }
}

const hand12 = (lines: ReadonlyArray<string>, kept: Kept<Item>): void => {
  for (const line of lines) {
    const { id, value } = parse(line)
    if ((value & 7) === 0) continue
    const id1 = id + 1
    const a = ((value ^ id) * 5 + 3) & 0xffffff
    if ((a & 15) === 1) continue
    const id2 = id1 + 2
    const b = ((a ^ (id1 << 1)) * 7 + 5) & 0xffffff
    if ((b & 31) === 2) continue
    const id3 = id2 + 3
    const c = ((b ^ (id2 << 2)) * 9 + 7) & 0xffffff
    if ((c & 63) !== 3) kept.keep({ id: id3 + 4, value: c ^ (id3 << 3) })
  }
}

export const lineChains = (count: number): ReadonlyArray<Chain<string, Item>> => {
  const inputs = makeItems(count).map(({ id, value }) => `${id},${value}`)
  return [hand3, hand6, hand12].map((hand, index) => ({
    first: parse,
    rest: objectSteps.slice(1, 3 << index),
    kind: "lines",
    inputs,
    inputSchema: Schema.String,
    schema: ItemSchema,
    hand,
    kept: () => new KeptItems()
  }))
}
