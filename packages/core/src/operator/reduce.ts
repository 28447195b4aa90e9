/**
 * Running reduce per key: combines every record with what the key has come to, and emits the new value.
 *
 * V2 State has value semantics: what a key has come to is frozen, so that a function that changes it in place throws
 * instead of changing a snapshot that is being written.
 */
import type { Schema } from "effect"
import { invariant } from "../model/invariant.ts"
import type { OperatorStep } from "./OperatorStep.ts"

const state = "reduced"

export interface ReduceOptions {
  readonly uid: string
  readonly reduce: (left: unknown, right: unknown) => unknown
  readonly key: Schema.Codec<unknown, unknown>
  readonly value: Schema.Codec<unknown, unknown>
}

export const reduceStep = ({ uid, reduce, key, value }: ReduceOptions): OperatorStep => ({
  uid,
  kind: "reduce",
  description: "running reduce",
  states: [
    {
      operator: uid,
      name: state,
      kind: "reducing",
      key,
      value,
      create: () => invariant(false, "a running reduce starts with a record, it never asks for a fresh value"),
      copy: (reduced) => reduced
    }
  ],
  emit: (code, record, next) => {
    const table = code.table(state)
    const before = code.name("before")
    const reduced = code.name("reduced")
    const place = `${record.key}, ${record.group}, 0`
    return `const ${before} = ${table}.get(${place})
const ${reduced} = ${code.bind("frozen", Object.freeze)}(${before} === undefined ? ${record.value} : ${code.bind("reduce", reduce)}(${before}, ${record.value}))
${table}.set(${place}, ${reduced})
${next({ ...record, value: reduced })}`
  },
  interpret: (context, next) => {
    const table = context.table(state)
    return {
      record: (incoming, timestamp, recordKey, group) => {
        const before = table.get(recordKey, group, 0)
        const reduced = Object.freeze(before === undefined ? incoming : reduce(before, incoming))
        table.set(recordKey, group, 0, reduced)
        next(reduced, timestamp, recordKey, group)
      }
    }
  }
})
