/**
 * The state of one subtask: its tables by operator and name, captured together and restored by key group.
 */
import { Effect } from "effect"
import { invariant } from "../model/invariant.ts"
import { compileCodec } from "./compileCodec.ts"
import { describeState } from "./describeState.ts"
import { FixedTable } from "./fixed/FixedTable.ts"
import type { KeyedStateDescriptor } from "./KeyedStateDescriptor.ts"
import type { KeyedTable } from "./KeyedTable.ts"
import { layoutOf } from "./layout.ts"
import { MapTable } from "./MapTable.ts"
import type { StateUsage, SubtaskState } from "./SubtaskState.ts"
import { captureMaps, restoreMaps } from "./snapshot/mapRows.ts"
import type { StoredFixed, StoredState } from "./snapshot/OpenObject.ts"
import type { RegisteredState } from "./snapshot/RegisteredState.ts"
import { restoreFixed } from "./snapshot/restoreFixed.ts"
import { StateSnapshots } from "./snapshot/StateSnapshots.ts"
import { type SnapshotLimits, snapshotLimits } from "./snapshot/snapshotLimits.ts"
import { ChunkMemory, captureFixed } from "./snapshot/writeFixed.ts"

export interface SubtaskStateOptions {
  /** Freezes values that `set` and `get` share, so that a test notices who mutates them. */
  readonly freezeValues?: boolean
  /** Keeps every state in maps; for tests. */
  readonly layout?: "maps"
  /** Lower ones for tests. */
  readonly limits?: SnapshotLimits
}

export const makeSubtaskState = (options: SubtaskStateOptions = {}): SubtaskState => {
  const limits = options.limits ?? snapshotLimits
  const snapshots = new StateSnapshots(limits)
  const freeze = options.freezeValues ?? false
  const usages: Array<() => StateUsage> = []
  const keyed = <V>(descriptor: KeyedStateDescriptor<V>): KeyedTable<V> => {
    const chosen = options.layout === "maps" ? null : layoutOf(descriptor)
    if (chosen?._tag === "OffHeap") {
      const table = new FixedTable({ descriptor, layout: chosen.layout, freeze })
      snapshots.register(fixedState(descriptor, table))
      usages.push(() => ({ ...stateOf(descriptor), entries: table.size, bytes: table.rows.bytes }))
      return table
    }
    const table = new MapTable({ create: descriptor.create, copy: descriptor.copy, freeze })
    snapshots.register(mapState(descriptor, table, limits))
    usages.push(() => ({ ...stateOf(descriptor), entries: table.size, bytes: null }))
    return table
  }
  return {
    keyed,
    usage: () => usages.map((usage) => usage()),
    restore: (readers, range) => snapshots.restore(readers, range),
    capture: (lists, cut) => snapshots.capture(lists, cut)
  }
}

const stateOf = ({ name: state, operator }: { readonly operator: string; readonly name: string }) => ({
  operator,
  state
})

const mapState = <V>(
  descriptor: KeyedStateDescriptor<V>,
  table: MapTable<V>,
  limits: SnapshotLimits
): RegisteredState => {
  const record = describeState(descriptor)
  const codec = compileCodec(descriptor.value)
  return {
    record,
    capture: () => captureMaps(record, { table, codec }, limits),
    restore: (stored, context) =>
      Effect.gen(function* () {
        const [newest] = stored
        if (newest === undefined) return
        if (newest._tag === "Maps") {
          const load = (...[key, group, namespace, value]: Parameters<typeof table.load>): void =>
            table.load(key, group, namespace, value)
          return yield* restoreMaps(newest, codec, context, load)
        }
        // It was off-heap; now it is in maps, as tests ask for.
        const between = new FixedTable({ descriptor, layout: newest.layout, freeze: false })
        yield* restoreFixed(between, fixedOnly(stored), context)
        for (const namespace of between.namespaces()) {
          between.drain(namespace, (key, group, value) => table.load(key, group, namespace, value))
        }
      }),
    forgetBefore: () => {}
  }
}

const fixedState = <V>(descriptor: KeyedStateDescriptor<V>, table: FixedTable<V>): RegisteredState => {
  const record = describeState(descriptor)
  const memory = new ChunkMemory(table.layout)
  return {
    record,
    capture: (cut) => captureFixed(record, { table, memory }, cut),
    restore: (stored, context) => {
      const [newest] = stored
      // Written before the state was off-heap.
      return newest?._tag === "Maps"
        ? restoreMaps(newest, compileCodec(descriptor.value), context, (key, group, namespace, value) =>
            table.set(key, group, namespace, value)
          )
        : restoreFixed(table, fixedOnly(stored), context)
    },
    forgetBefore: (checkpoint) => table.forgetBefore(checkpoint)
  }
}

const fixedOnly = (stored: ReadonlyArray<StoredState>): ReadonlyArray<StoredFixed> =>
  stored.map((state) => {
    invariant(state._tag === "Fixed", "a state has one layout in all objects of a chain")
    return state
  })
