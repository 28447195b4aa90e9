/** How emitted code reaches the slots of an accumulator: fields of an object, or columns of a row. */
import type { Schema } from "effect"
import { invariant } from "../model/invariant.ts"
import type { FixedLayout } from "../state/fixed/RowBlock.ts"
import { cellsAt, emitReadRow, emitWriteRow, type Misfit, misfitOf } from "../state/fixed/rowCode.ts"
import { emitClaim, emitFind, type RowCursor, type RowSought } from "../state/fixed/rowCursor.ts"
import { fixedTreeOf, type RowTree } from "../state/fixed/rowShape.ts"
import type { KeyedStateDescriptor } from "../state/KeyedStateDescriptor.ts"
import type { ChainCode } from "./OperatorStep.ts"

export interface SlotPlaces {
  /** The place of a number, an expression that can be assigned to. */
  readonly number: (slot: string) => string
  /** Expression of the value in a slot. */
  readonly read: (slot: string) => string
  /** Statements that write the value of an expression to a slot. */
  readonly write: (slot: string, expression: string) => string
}

/** Fields of an object, by the name of its variable. */
export const fieldPlaces = (accumulator: string): SlotPlaces => {
  const place = (slot: string): string => `${accumulator}[${JSON.stringify(slot)}]`
  return { number: place, read: place, write: (slot, expression) => `${place(slot)} = ${expression}` }
}

export interface RowPlace {
  readonly layout: FixedLayout
  /** Names of the variables that hold the cells and the offset of a row. */
  readonly cells: string
  readonly at: string
}

/** Columns of a row of a state whose value is a struct of slots. */
export const columnPlaces = (
  code: ChainCode,
  state: Pick<KeyedStateDescriptor<unknown>, "operator" | "name" | "value">,
  { at, layout, cells }: RowPlace
): SlotPlaces => {
  const cell = cellsAt(layout, { cells, at })
  const trees = slotTrees(state.value)
  const treeOf = (slot: string): RowTree => {
    const tree = trees.get(slot)
    invariant(tree !== undefined, "a slot is part of its state", { slot })
    return tree
  }
  const misfit: Misfit = misfitOf(state)
  return {
    number: (slot) => {
      const tree = treeOf(slot)
      invariant(tree._tag === "Column", "a number has a column", { slot })
      return cell(tree.column)
    },
    read: (slot) => emitReadRow(code, treeOf(slot), cell),
    write: (slot, expression) => {
      const value = code.name("slot")
      const write = { tree: treeOf(slot), cell, value, path: slot, misfit }
      return `const ${value} = ${expression}\n${emitWriteRow(code, write)}`
    }
  }
}

/** Finds or creates the row of a key for a record, in a variable that is declared here. */
export const emitRow = (code: ChainCode, cursor: RowCursor, sought: RowSought, create: string): string =>
  `${emitFind(cursor, sought, code.name)}
if (${sought.at} < 0) {
${emitClaim(cursor, sought)}
${create}
}`

const slotTrees = (accumulator: Schema.Codec<unknown, unknown>): ReadonlyMap<string, RowTree> => {
  const tree = fixedTreeOf(accumulator)
  invariant(tree._tag === "Struct", "an accumulator off-heap is a struct of fixed width")
  return new Map(tree.fields.map((field) => [field.name, field.tree]))
}
