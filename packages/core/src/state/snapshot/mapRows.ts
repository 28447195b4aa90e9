/** States in maps: packed by key group, always whole. */
import { Effect } from "effect"
import { StateValueInvalid } from "../../model/errors.ts"
import { invariant } from "../../model/invariant.ts"
import type { KeyValue } from "../../model/keyGroups.ts"
import type { StateRecord } from "../describeState.ts"
import { type ValueCodec, ValueMismatch } from "../leafCodecs.ts"
import type { MapTable } from "../MapTable.ts"
import { compressedAtOnce } from "./compression.ts"
import type { StoredMaps } from "./OpenObject.ts"
import type { RestoreContext, StateCapture } from "./RegisteredState.ts"
import { type Section, SectionReader, SectionWriter } from "./SectionRows.ts"
import type { MapsEntry } from "./snapshotFormat.ts"
import { type SnapshotLimits, snapshotLimits, tooLargeIn } from "./snapshotLimits.ts"
import { storeBytes } from "./storedBytes.ts"
import { runSteps, type TimeSlice } from "./timeSlice.ts"
import type { WrittenState } from "./writeSnapshot.ts"

export const captureMaps = <V>(
  record: StateRecord,
  of: { readonly table: MapTable<V>; readonly codec: ValueCodec<V> },
  limits: SnapshotLimits = snapshotLimits
): StateCapture => {
  const { codec, table } = of
  const writer = new SectionWriter(codec, limits)
  const isExclusive = table.size > 0
  const capture = table.capture(writer)
  const step = (): boolean => {
    try {
      return capture.step()
    } catch (error) {
      throw error instanceof ValueMismatch
        ? new StateValueInvalid({ operator: record.operator, state: record.name, problem: error.message })
        : tooLargeIn(record, error)
    }
  }
  return {
    isExclusive,
    isFull: true,
    read: (slice) => runSteps(slice, step),
    write: (slice) => writeSections(record, writer, slice),
    release: () => capture.release()
  }
}

const writeSections = Effect.fnUntraced(function* <V>(
  record: StateRecord,
  writer: SectionWriter<V>,
  slice: TimeSlice
): Effect.fn.Return<WrittenState> {
  const sections = yield* Effect.forEach(
    endOf(writer, record),
    ({ bytes, entries, group }) =>
      Effect.tap(
        Effect.map(storeBytes(bytes), (stored) => ({ group, entries, stored })),
        () => slice.pause
      ),
    { concurrency: compressedAtOnce }
  )
  const entry: MapsEntry = {
    ...record,
    layout: "maps",
    sections: sections.map(({ entries, group, stored }) => [group, entries, stored.size, stored.stored, stored.sum])
  }
  return { entry, parts: sections.map(({ stored }) => stored.bytes) }
})

/** The last entries are packed only now. */
const endOf = <V>(writer: SectionWriter<V>, record: StateRecord): ReadonlyArray<Section> => {
  try {
    return writer.end()
  } catch (error) {
    throw tooLargeIn(record, error)
  }
}

/** Visits the entries of the key groups in the range. */
export const restoreMaps = Effect.fnUntraced(function* <V>(
  stored: StoredMaps,
  codec: ValueCodec<V>,
  { range, slice }: RestoreContext,
  visit: (key: KeyValue, group: number, namespace: number, value: V) => void
) {
  for (const { entries, group, rows } of stored.groups) {
    if (group < range.from || group >= range.to) continue
    const reader = new SectionReader(yield* rows, codec)
    const visitRow = (key: KeyValue, namespace: number, value: V): void => visit(key, group, namespace, value)
    yield* runSteps(slice, () => reader.next(visitRow))
    invariant(reader.entries === entries, "a section holds as many entries as its header says", { group, entries })
  }
})
