/** Code that reads values from rows and writes them there, for generated functions and fused loops. */
import { StateValueInvalid } from "../../model/errors.ts"
import { mismatch } from "../leafCodecs.ts"
import type { FixedColumn, FixedLayout } from "./RowBlock.ts"
import { rowFormatOf } from "./rowFormat.ts"
import type { RowTree } from "./rowShape.ts"

/** What emitted code needs of its surroundings. */
export interface RowCode {
  /** A fresh local name. */
  readonly name: (hint: string) => string
  /** Binds a value and answers its name. */
  readonly bind: (hint: string, value: unknown) => string
}

/** Makes the error of a value that does not fit the schema of a state; `path` names the field, empty for the value. */
export type Misfit = (path: string, expected: string, value: unknown) => Error

export const misfitOf =
  ({ name: state, operator }: { readonly operator: string; readonly name: string }): Misfit =>
  (path, expected, value) => {
    const { message } = mismatch(expected, value)
    const problem = path === "" ? message : `field "${path}": ${message}`
    return new StateValueInvalid({ operator, state, problem })
  }

/** An expression that can be assigned to: the cell of a column, as a number. */
export type CellOf = (column: FixedColumn) => string

/** Places of the columns in a row whose first cell is at the variable `at` of the variable `cells`. */
export const cellsAt = (layout: FixedLayout, names: { readonly cells: string; readonly at: string }): CellOf => {
  const { firstColumn } = rowFormatOf(layout)
  const offsets = new Map(layout.columns.map((column, i) => [column.name, firstColumn + i]))
  return ({ name }) => `${names.cells}[${names.at} + ${offsets.get(name)}]`
}

/** Expression of the value in a row. */
export const emitReadRow = (code: RowCode, tree: RowTree, cell: CellOf): string => {
  switch (tree._tag) {
    case "Column":
      return tree.column.kind === "boolean" ? `${cell(tree.column)} !== 0` : cell(tree.column)
    case "Constant":
      return code.bind("constant", tree.value)
    case "Struct": {
      const fields = tree.fields.map(({ name, tree: inner }) => `${text(name)}: ${emitReadRow(code, inner, cell)}`)
      return `{ ${fields.join(", ")} }`
    }
  }
}

export interface RowWrite {
  readonly tree: RowTree
  readonly cell: CellOf
  /** Name of the variable that holds the value. */
  readonly value: string
  /** Where the value lies in that of the state, for messages. */
  readonly path: string
  readonly misfit: Misfit
}

/** Statements that write a value to a row. They throw a {@link Misfit} if it does not fit. */
export const emitWriteRow = (code: RowCode, { cell, misfit, path, tree, value }: RowWrite): string => {
  const refuse = (what: string): string =>
    `throw ${code.bind("misfit", misfit)}(${text(path)}, ${text(what)}, ${value})`
  switch (tree._tag) {
    case "Column": {
      const { kind } = tree.column
      const stored = kind === "boolean" ? `${value} ? 1 : 0` : value
      return `if (typeof ${value} !== "${kind}") ${refuse(`a ${kind}`)}\n${cell(tree.column)} = ${stored}`
    }
    case "Constant":
      return `if (${value} !== ${code.bind("constant", tree.value)}) ${refuse(JSON.stringify(String(tree.value)))}`
    case "Struct": {
      const fields = tree.fields.map(({ name, tree: inner }) => {
        const field = code.name("field")
        const write = { tree: inner, cell, value: field, path: path === "" ? name : `${path}.${name}`, misfit }
        return `const ${field} = ${value}[${text(name)}]\n${emitWriteRow(code, write)}`
      })
      return [`if (typeof ${value} !== "object" || ${value} === null) ${refuse("a struct")}`, ...fields].join("\n")
    }
  }
}

const text = (name: string): string => JSON.stringify(name)
