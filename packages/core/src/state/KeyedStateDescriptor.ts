import type { Schema } from "effect"

/** What a keyed state is: enough to create, copy, encode and check it. */
export interface KeyedStateDescriptor<V> {
  readonly operator: string
  readonly name: string
  readonly kind: "value" | "list" | "map" | "reducing" | "aggregating" | "window" | "timer"
  /** The key as the user knows it; a tuple is stored as its text. */
  readonly key: Schema.Codec<unknown, unknown>
  readonly value: Schema.Codec<V, unknown>
  /** Keeps the state in maps although its schemas would fit off-heap; for tests. */
  readonly layout?: "maps"
  /** A fresh accumulator for `update`. */
  readonly create: () => V
  /** An independent copy of an accumulator. A method, so that descriptors of any value can stand in one list. */
  copy(value: V): V
}
