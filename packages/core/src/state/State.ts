/**
 * Descriptions of keyed state, as a pipeline declares them: `State.value("total", Schema.Number)`.
 *
 * A description is pure data; `describe` makes the descriptor of its table, `open` the handle for a user's function.
 */
import { type Duration, Schema } from "effect"
import { InvariantViolation } from "../model/invariant.ts"
import type { KeyValue } from "../model/keyGroups.ts"
import type { KeyCursor } from "./KeyCursor.ts"
import type { KeyedStateDescriptor } from "./KeyedStateDescriptor.ts"
import type { HandleTable } from "./KeyedTable.ts"
import type { OperatorListDescription } from "./OperatorListState.ts"
import {
  type AggregatingState,
  type Aggregation,
  aggregatingState,
  type ListState,
  listState,
  type MapState,
  mapState,
  type ReducingState,
  reducingState,
  type ValueState,
  valueState
} from "./StateHandles.ts"

/** A keyed state by the user's name: `Handle` is what a function works with, `V` what the table holds. */
export interface StateDescription<Handle, V> {
  readonly name: string
  readonly kind: KeyedStateDescriptor<V>["kind"]
  /** How long it lives after it was last written; for ever if left out. */
  readonly timeToLive?: Duration.Input
  readonly describe: (owner: StateOwner) => KeyedStateDescriptor<V>
  /** A method, so that states of any value can stand in one record. */
  open(table: HandleTable<V>, at: KeyCursor): Handle
}

export interface StateOptions {
  /**
   * Forgets the state of a key that was not written for so long, by the clock; reading does not prolong its life. For ever
   * if left out.
   */
  readonly timeToLive?: Duration.Input
}

/** The operator that a state belongs to, and the schema of its keys. */
export interface StateOwner {
  readonly operator: string
  readonly key: Schema.Codec<unknown, unknown>
}

/** One value per key. */
export const value = <A>(
  name: string,
  schema: Schema.Codec<A, unknown>,
  options: StateOptions = {}
): StateDescription<ValueState<A>, A> => ({
  ...lifeOf(options),
  name,
  kind: "value",
  describe: immutable(name, "value", schema),
  open: valueState
})

/** A list per key. */
export const list = <A>(
  name: string,
  item: Schema.Codec<A, unknown>,
  options: StateOptions = {}
): StateDescription<ListState<A>, Array<A>> => ({
  ...lifeOf(options),
  name,
  kind: "list",
  describe: (owner) => ({
    ...owner,
    name,
    kind: "list",
    value: Schema.mutable(Schema.Array(item)),
    create: () => [],
    copy: (items) => items.slice()
  }),
  open: listState
})

/** A map per key, with keys that are compared by value. */
export const map = <K extends KeyValue, A>(
  name: string,
  key: Schema.Codec<K, unknown>,
  item: Schema.Codec<A, unknown>,
  options: StateOptions = {}
): StateDescription<MapState<K, A>, Map<K, A>> => ({
  ...lifeOf(options),
  name,
  kind: "map",
  describe: (owner) => ({
    ...owner,
    name,
    kind: "map",
    value: mutableMap(key, item),
    create: () => new Map(),
    copy: (entries) => new Map(entries)
  }),
  open: mapState
})

/** One value per key, combined with each value that is added. `reduce` answers a new value and changes nothing. */
export const reducing = <A>(
  name: string,
  schema: Schema.Codec<A, unknown>,
  reduce: (total: A, value: A) => A,
  options: StateOptions = {}
): StateDescription<ReducingState<A>, A> => ({
  ...lifeOf(options),
  name,
  kind: "reducing",
  describe: immutable(name, "reducing", schema),
  open: (table, at) => reducingState(table, at, reduce)
})

/** One accumulator per key. */
export const aggregating = <In, Acc, Out>(
  name: string,
  accumulator: Schema.Codec<Acc, unknown>,
  aggregation: Aggregation<In, Acc, Out>,
  options: StateOptions = {}
): StateDescription<AggregatingState<In, Out>, Acc> => ({
  ...lifeOf(options),
  name,
  kind: "aggregating",
  describe: immutable(name, "aggregating", accumulator),
  open: (table, at) => aggregatingState(table, at, aggregation)
})

/** A list that belongs to an operator and to no key, for a `process` on a stream without one. */
export const operatorList = <A>(name: string, item: Schema.Codec<A, unknown>): OperatorListDescription<A> => ({
  name,
  item
})

const lifeOf = ({ timeToLive }: StateOptions): StateOptions => (timeToLive === undefined ? {} : { timeToLive })

/** The table of immutable values: they are set, never acquired. */
const immutable =
  <A>(name: string, kind: KeyedStateDescriptor<A>["kind"], schema: Schema.Codec<A, unknown>) =>
  (owner: StateOwner): KeyedStateDescriptor<A> => ({
    ...owner,
    name,
    kind,
    value: schema,
    create: () => {
      throw new InvariantViolation(`V2 the values of state "${name}" are set, not acquired.`)
    },
    copy: (stored) => stored
  })

/** `Schema.ReadonlyMap` decodes to a `Map`; the type alone says less. */
const mutableMap = <K, A>(
  key: Schema.Codec<K, unknown>,
  item: Schema.Codec<A, unknown>
): Schema.Codec<Map<K, A>, unknown> => Schema.make<Schema.Codec<Map<K, A>, unknown>>(Schema.ReadonlyMap(key, item).ast)
