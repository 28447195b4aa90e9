/** Reads the values of a state from rows and writes them there: generated from the schema, or by an interpreted twin. */
import { canGenerateCode } from "../canGenerateCode.ts"
import type { FixedColumn, FixedLayout } from "./RowBlock.ts"
import { cellsAt, emitReadRow, emitWriteRow, type Misfit } from "./rowCode.ts"
import { rowFormatOf } from "./rowFormat.ts"
import type { RowTree } from "./rowShape.ts"

export interface RowCodec {
  readonly read: (cells: Float64Array, at: number) => unknown
  /** Fails: throws the codec's misfit for a value that does not fit the schema; the row may then hold a part of it. */
  readonly write: (cells: Float64Array, at: number, value: unknown) => void
}

export interface RowCodecOptions {
  readonly tree: RowTree
  readonly layout: FixedLayout
  readonly misfit: Misfit
}

export const makeRowCodec = (options: RowCodecOptions): RowCodec =>
  canGenerateCode() ? generatedCodec(options) : interpretedCodec(options)

const generatedCodec = ({ layout, misfit, tree }: RowCodecOptions): RowCodec => {
  const bound: Array<{ readonly name: string; readonly value: unknown }> = []
  let names = 0
  const name = (hint: string): string => {
    names++
    return `${hint}${names}`
  }
  const bind = (hint: string, value: unknown): string => {
    const fresh = name(hint)
    bound.push({ name: fresh, value })
    return fresh
  }
  const cell = cellsAt(layout, { cells: "cells", at: "at" })
  const source = `"use strict"
return {
read: (cells, at) => (${emitReadRow({ name, bind }, tree, cell)}),
write: (cells, at, value) => {
${emitWriteRow({ name, bind }, { tree, cell, value: "value", path: "", misfit })}
}
}`
  return new Function(...bound.map((binding) => binding.name), source)(...bound.map((binding) => binding.value))
}

/** The readable twin of the generated codec. */
export const interpretedCodec = ({ layout, misfit, tree }: RowCodecOptions): RowCodec => {
  const { firstColumn } = rowFormatOf(layout)
  const offsets = new Map(layout.columns.map((column, i) => [column.name, firstColumn + i]))
  const offsetOf = ({ name }: FixedColumn): number => offsets.get(name) ?? Number.NaN
  const read = (cells: Float64Array, at: number, of: RowTree): unknown => {
    if (of._tag === "Constant") return of.value
    if (of._tag === "Struct")
      return Object.fromEntries(of.fields.map(({ name, tree: inner }) => [name, read(cells, at, inner)]))
    const cell = cells[at + offsetOf(of.column)]
    return of.column.kind === "boolean" ? cell !== 0 : cell
  }
  const write = (cells: Float64Array, at: number, { of, path, value }: Part): void => {
    if (of._tag === "Constant") {
      if (value !== of.value) throw misfit(path, JSON.stringify(String(of.value)), value)
    } else if (of._tag === "Column") {
      if (typeof value !== of.column.kind) throw misfit(path, `a ${of.column.kind}`, value)
      cells[at + offsetOf(of.column)] = Number(value)
    } else {
      if (typeof value !== "object" || value === null) throw misfit(path, "a struct", value)
      for (const { name, tree: inner } of of.fields) {
        write(cells, at, { of: inner, path: path === "" ? name : `${path}.${name}`, value: Reflect.get(value, name) })
      }
    }
  }
  return {
    read: (cells, at) => read(cells, at, tree),
    write: (cells, at, value) => write(cells, at, { of: tree, path: "", value })
  }
}

interface Part {
  readonly of: RowTree
  readonly path: string
  readonly value: unknown
}
