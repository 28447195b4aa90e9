/**
 * Running reduce per key: combines every record with what the key has come to, and emits the new value.
 *
 * V2 State has value semantics: what a key has come to is frozen where it lives in maps, so that a function that changes
 *    it in place throws instead of changing a snapshot that is being written. Off-heap the function is given a copy.
 */
import type { Schema } from "effect"
import { invariant } from "../model/invariant.ts"
import { cellsAt, emitReadRow, emitWriteRow, misfitOf } from "../state/fixed/rowCode.ts"
import { emitClaim, emitFind } from "../state/fixed/rowCursor.ts"
import { fixedTreeOf } from "../state/fixed/rowShape.ts"
import type { KeyedStateDescriptor } from "../state/KeyedStateDescriptor.ts"
import type { ChainCode, OperatorStep, RecordNames } from "./OperatorStep.ts"

const state = "reduced"

export interface ReduceOptions {
  readonly uid: string
  readonly reduce: (left: unknown, right: unknown) => unknown
  readonly key: Schema.Codec<unknown, unknown>
  readonly value: Schema.Codec<unknown, unknown>
}

export const reduceStep = (options: ReduceOptions): OperatorStep => ({
  uid: options.uid,
  kind: "reduce",
  description: "running reduce",
  states: [reduceState(options)],
  emit: (code, record, next) => {
    const reduced = code.name("reduced")
    const names = { ...record, reduced }
    return `${code.layout(state) === null ? emitInMaps(code, options, names) : emitOffHeap(code, options, names)}
${next({ ...record, value: reduced })}`
  },
  interpret: (context, next) => {
    const table = context.table(state)
    const { reduce } = options
    const keep = context.isOffHeap(state) ? asIs : Object.freeze
    return {
      record: (incoming, timestamp, recordKey, group) => {
        const before = table.get(recordKey, group, 0)
        const reduced = keep(before === undefined ? incoming : reduce(before, incoming))
        table.set(recordKey, group, 0, reduced)
        next(reduced, timestamp, recordKey, group)
      }
    }
  }
})

const asIs = (value: unknown): unknown => value

const reduceState = ({ key, uid, value }: ReduceOptions): KeyedStateDescriptor<unknown> => ({
  operator: uid,
  name: state,
  kind: "reducing",
  key,
  value,
  create: () => invariant(false, "a running reduce starts with a record, it never asks for a fresh value"),
  copy: (reduced) => reduced
})

interface Names extends RecordNames {
  /** The variable to be declared. */
  readonly reduced: string
}

const emitInMaps = (code: ChainCode, { reduce }: ReduceOptions, { group, key, reduced, value }: Names): string => {
  const table = code.table(state)
  const before = code.name("before")
  const place = `${key}, ${group}, 0`
  return `const ${before} = ${table}.get(${place})
const ${reduced} = ${code.bind("frozen", Object.freeze)}(${before} === undefined ? ${value} : ${code.bind("reduce", reduce)}(${before}, ${value}))
${table}.set(${place}, ${reduced})`
}

const emitOffHeap = (code: ChainCode, options: ReduceOptions, { ahead, key, reduced, value }: Names): string => {
  const cursor = code.cursor(state, ahead)
  const sought = { key, namespace: "0", at: code.name("at") }
  const tree = fixedTreeOf(options.value)
  const cell = cellsAt(cursor.layout, { cells: cursor.cells, at: sought.at })
  const reduce = code.bind("reduce", options.reduce)
  const misfit = misfitOf({ operator: options.uid, name: state })
  return `${emitFind(cursor, sought, code.name)}
const ${reduced} = ${sought.at} < 0 ? ${value} : ${reduce}(${emitReadRow(code, tree, cell)}, ${value})
if (${sought.at} < 0) {
${emitClaim(cursor, sought)}
}
${emitWriteRow(code, { tree, cell, value: reduced, path: "", misfit })}`
}
