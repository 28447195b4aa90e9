/** Two states of two operators, and how to look into them. */
import { Effect, Schema } from "effect"
import { hashKey, type KeyValue, keyGroupOf } from "../../../../packages/core/src/model/keyGroups.ts"
import {
  type KeyedStateDescriptor,
  type KeyedTable,
  makeSubtaskState,
  type OpenSnapshot,
  openSnapshot,
  type SubtaskState
} from "../../../../packages/core/src/state/index.ts"

import type { OperatorList } from "../../../../packages/core/src/state/OperatorList.ts"
import type { SnapshotCut } from "../../../../packages/core/src/state/SubtaskState.ts"

export interface Sum {
  count: number
  total: number
}

export const sums: KeyedStateDescriptor<Sum> = {
  operator: "daily",
  name: "sums",
  kind: "window",
  key: Schema.String,
  value: Schema.Struct({ count: Schema.Int, total: Schema.Number }),
  create: () => ({ count: 0, total: 0 }),
  copy: ({ count, total }) => ({ count, total })
}

const words: KeyedStateDescriptor<string> = {
  operator: "last word",
  name: "word",
  kind: "value",
  key: Schema.Union([Schema.String, Schema.Int, Schema.Boolean, Schema.BigInt]),
  value: Schema.String,
  create: () => "",
  copy: (word) => word
}

export interface Subtask {
  readonly state: SubtaskState
  readonly sums: KeyedTable<Sum>
  readonly words: KeyedTable<string>
}

export const makeSubtask = (): Subtask => {
  const state = makeSubtaskState()
  return { state, sums: state.keyed(sums), words: state.keyed(words) }
}

export const groupOf = (key: KeyValue): number => keyGroupOf(hashKey(key))

let objects = 0

/** A cut in full, as for the first checkpoint of an attempt; each of another subtask. */
export const fullCut = (): SnapshotCut => ({ checkpoint: 7, base: null, object: `daily-${objects++}` })

export const encoded = (
  state: SubtaskState,
  lists: ReadonlyArray<OperatorList> = [],
  late: ReadonlyArray<OperatorList> = []
): Effect.Effect<Uint8Array> => Effect.map(state.capture(lists, fullCut()).encode(late), ({ bytes }) => bytes)

export const open = (bytes: Uint8Array) => openSnapshot({ object: "daily-0", checkpoint: 7, bytes })

export const restored = (
  readers: ReadonlyArray<OpenSnapshot>,
  range = { from: 0, to: 128 }
): Effect.Effect<Subtask> => {
  const subtask = makeSubtask()
  return Effect.as(subtask.state.restore(readers, range), subtask)
}

/** Everything a subtask holds, drained, as sorted lines. */
export const contents = (subtask: Subtask): ReadonlyArray<string> => [
  ...linesOf(subtask.sums, ({ count, total }) => `${count} ${Object.is(total, -0) ? "-0" : total}`),
  ...linesOf(subtask.words, (word) => JSON.stringify(word))
]

const linesOf = <V>(table: KeyedTable<V>, text: (value: V) => string): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const namespace of table.namespaces()) {
    table.drain(namespace, (key, group, value) => {
      lines.push(`${namespace} ${group} ${typeof key} ${key}: ${text(value)}`)
    })
  }
  return lines.sort()
}
