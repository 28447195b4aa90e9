/** A subtask whose snapshots continue each other, beside a model of plain maps, and a store of its objects. */
import { Effect, Schema } from "effect"
import { SnapshotCorrupt } from "../../../../packages/core/src/model/errors.ts"
import type { KeyValue } from "../../../../packages/core/src/model/keyGroups.ts"
import {
  type KeyedStateDescriptor,
  type KeyedTable,
  makeSubtaskState,
  type OpenSnapshot,
  openSnapshot,
  type SubtaskState,
  verifyObject
} from "../../../../packages/core/src/state/index.ts"
import type { SubtaskStateOptions } from "../../../../packages/core/src/state/makeSubtaskState.ts"
import type { Capture } from "../../../../packages/core/src/state/SubtaskState.ts"
import { groupOf, type Sum, sums } from "./sums.ts"

export const counts: KeyedStateDescriptor<number> = {
  ...{ operator: "daily", name: "counts", kind: "value", key: Schema.Int, value: Schema.Number },
  ...{ create: () => 0, copy: (count) => count }
}

const words: KeyedStateDescriptor<string> = {
  ...{ operator: "last word", name: "word", kind: "value", key: Schema.String, value: Schema.String },
  ...{ create: () => "", copy: (word) => word }
}

/** Of several subtasks, by name. */
export type Objects = Map<string, Uint8Array>

export interface Change {
  readonly key: number
  readonly namespace: number
  readonly value: number
  readonly how: "set" | "update" | "delete" | "drain"
}

export class ChainedSubtask {
  readonly sums: KeyedTable<Sum>
  readonly counts: KeyedTable<number>
  readonly words: KeyedTable<string>
  readonly state: SubtaskState
  readonly #objects: Objects
  readonly #name: string

  constructor(objects: Objects, name: string, options: SubtaskStateOptions = {}) {
    this.state = makeSubtaskState(options)
    this.sums = this.state.keyed(sums)
    this.counts = this.state.keyed(counts)
    this.words = this.state.keyed(words)
    this.#objects = objects
    this.#name = name
  }

  objectOf(checkpoint: number): string {
    return `${this.#name}-${checkpoint}`
  }

  change({ how, key, namespace, value }: Change): void {
    const text = `key ${key}`
    const group = groupOf(text)
    if (how === "drain") {
      for (const table of [this.sums, this.counts]) table.drain(namespace, () => {})
    } else if (how === "delete") {
      this.sums.delete(text, group, namespace)
      this.counts.delete(key, groupOf(key), namespace)
      this.words.delete(text, group, 0)
    } else if (how === "set") {
      this.sums.set(text, group, namespace, { count: 1, total: value })
      this.counts.set(key, groupOf(key), namespace, value)
      this.words.set(text, group, 0, String(value))
    } else {
      this.sums.update(text, group, namespace, (sum) => {
        sum.count++
        sum.total += value
      })
    }
  }

  capture(checkpoint: number, base: number | null): Capture {
    return this.state.capture([], { checkpoint, base, object: this.objectOf(checkpoint) })
  }

  /** Encodes a capture and stores its object; answers what it shares. */
  store(checkpoint: number, capture: Capture): Effect.Effect<ReadonlyArray<string>> {
    return Effect.map(capture.encode([]), ({ bytes, shared }) => {
      this.#objects.set(this.objectOf(checkpoint), bytes)
      return shared
    })
  }

  checkpoint(checkpoint: number, base: number | null): Effect.Effect<ReadonlyArray<string>> {
    return Effect.suspend(() => this.store(checkpoint, this.capture(checkpoint, base)))
  }

  /** Opens the snapshot of a checkpoint with all that it continues. */
  open(checkpoint: number) {
    return openStored(this.#objects, this.objectOf(checkpoint), checkpoint)
  }

  /** Everything, drained, as sorted lines. */
  contents(): ReadonlyArray<string> {
    return [
      ...linesOf("sum", this.sums, ({ count, total }) => `${count} ${shown(total)}`),
      ...linesOf("count", this.counts, shown),
      ...linesOf("word", this.words, (word) => word)
    ].sort()
  }
}

/** Fails as a store does that lacks an object. */
export const openStored = (objects: Objects, object: string, checkpoint: number) => {
  const source = (of: { readonly object: string; readonly checkpoint: number }) => {
    const bytes = objects.get(of.object)
    return bytes === undefined
      ? Effect.fail(new SnapshotCorrupt({ ...of, problem: "it is missing" }))
      : Effect.succeed({ ...of, name: of.object, bytes })
  }
  return Effect.flatMap(source({ object, checkpoint }), (newest) =>
    openSnapshot(newest, (base) => Effect.flatMap(source(base), verifyObject))
  )
}

export const restoredFrom = (
  snapshots: ReadonlyArray<OpenSnapshot>,
  subtask: ChainedSubtask,
  range = { from: 0, to: 128 }
): Effect.Effect<ChainedSubtask> => Effect.as(subtask.state.restore(snapshots, range), subtask)

const shown = (value: number): string => (Object.is(value, -0) ? "-0" : String(value))

const linesOf = <V>(name: string, table: KeyedTable<V>, text: (value: V) => string): ReadonlyArray<string> => {
  const lines: Array<string> = []
  const add = (namespace: number) => (key: KeyValue, group: number, value: V) => {
    lines.push(`${name} ${group} ${namespace} ${key}: ${text(value)}`)
  }
  for (const namespace of table.namespaces()) table.drain(namespace, add(namespace))
  return lines
}
