/**
 * The state of one subtask: its tables by operator and name, captured together and restored by key group.
 */
import { Effect } from "effect"
import { StateValueInvalid } from "../model/errors.ts"
import { invariant } from "../model/invariant.ts"
import type { KeyValue } from "../model/keyGroups.ts"
import { compareStates } from "./compareDescriptors.ts"
import { compileCodec } from "./compileCodec.ts"
import { describeState, type StateRecord } from "./describeState.ts"
import type { KeyedStateDescriptor } from "./KeyedStateDescriptor.ts"
import { type ValueCodec, ValueMismatch } from "./leafCodecs.ts"
import { MapTable } from "./MapTable.ts"
import type { OperatorList } from "./OperatorList.ts"
import { OpenSnapshot, type StoredState } from "./openSnapshot.ts"
import { type Section, SectionReader, SectionWriter } from "./SectionRows.ts"
import type { SnapshotReader } from "./SnapshotReader.ts"
import type { Capture, SubtaskState } from "./SubtaskState.ts"
import { runSteps, TimeSlice } from "./timeSlice.ts"
import { writeSnapshot } from "./writeSnapshot.ts"

export interface SubtaskStateOptions {
  /** Freezes values that `set` and `get` share, so that a test notices who mutates them. */
  readonly freezeValues?: boolean
}

export const makeSubtaskState = (options: SubtaskStateOptions = {}): SubtaskState => {
  const states = new Map<string, RegisteredState>()
  return {
    keyed: (descriptor) => {
      const { operator, name } = descriptor
      const id = idOf(descriptor)
      invariant(!states.has(id), "a state is registered once", { operator, name })
      const table = new MapTable({
        create: descriptor.create,
        copy: descriptor.copy,
        freeze: options.freezeValues ?? false
      })
      states.set(id, registered(descriptor, table))
      return table
    },
    restore: (readers, range) =>
      Effect.gen(function* () {
        const slice = new TimeSlice()
        const restored = new Set<string>()
        for (const reader of readers) {
          for (const stored of storedStates(reader)) yield* restoreState(states, stored, range, restored, slice)
        }
      }),
    capture: (lists) =>
      captureOf(
        [...states.values()].map((state) => state.capture()),
        lists
      )
  }
}

/** A state without its type of values. */
interface RegisteredState {
  readonly record: StateRecord
  readonly capture: () => RunningCapture
  /** Answers a function that loads the next rows of a section; false when there are none left. */
  readonly load: (group: number, rows: Uint8Array) => { readonly step: () => boolean; readonly entries: () => number }
}

interface RunningCapture {
  readonly record: StateRecord
  readonly step: () => boolean
  readonly sections: () => ReadonlyArray<Section>
  readonly release: () => void
}

const registered = <V>(descriptor: KeyedStateDescriptor<V>, table: MapTable<V>): RegisteredState => {
  const record = describeState(descriptor)
  const codec = compileCodec(descriptor.value)
  return {
    record,
    capture: () => runningCapture(record, table, codec),
    load: (group, rows) => {
      const reader = new SectionReader(rows, codec)
      const visit = (key: KeyValue, namespace: number, value: V): void => table.load(key, group, namespace, value)
      return { step: () => reader.next(visit), entries: () => reader.entries }
    }
  }
}

const runningCapture = <V>(record: StateRecord, table: MapTable<V>, codec: ValueCodec<V>): RunningCapture => {
  const writer = new SectionWriter(codec)
  const capture = table.capture(writer)
  return {
    record,
    step: () => {
      try {
        return capture.step()
      } catch (error) {
        throw error instanceof ValueMismatch
          ? new StateValueInvalid({ operator: record.operator, state: record.name, problem: error.message })
          : error
      }
    },
    sections: () => writer.end(),
    release: () => capture.release()
  }
}

const captureOf = (captures: ReadonlyArray<RunningCapture>, lists: ReadonlyArray<OperatorList>): Capture => {
  let isEncoded = false
  const release = (): void => {
    for (const capture of captures) capture.release()
  }
  const encode = Effect.fnUntraced(function* (late: ReadonlyArray<OperatorList>) {
    invariant(!isEncoded, "a capture is encoded at most once")
    isEncoded = true
    const slice = new TimeSlice()
    for (const capture of captures) yield* runSteps(slice, capture.step)
    return yield* writeSnapshot({
      states: captures.map((capture) => ({ record: capture.record, sections: capture.sections() })),
      lists: [...lists, ...late]
    })
  })
  return { encode: (late) => Effect.ensuring(encode(late), Effect.sync(release)), release }
}

const restoreState = Effect.fnUntraced(function* (
  states: ReadonlyMap<string, RegisteredState>,
  stored: StoredState,
  range: { readonly from: number; readonly to: number },
  restored: Set<string>,
  slice: TimeSlice
) {
  const id = idOf(stored.record)
  const state = states.get(id)
  const problems = compareStates([stored.record], state === undefined ? [] : [state.record])
  invariant(
    state !== undefined && problems.length === 0,
    "a snapshot fits the states that it is restored into",
    problems
  )
  for (const { group, entries, rows } of stored.groups) {
    if (group < range.from || group >= range.to) continue
    const place = `${id} ${group}`
    invariant(!restored.has(place), "a key group is restored from one subtask", { state: stored.record.name, group })
    restored.add(place)
    const load = state.load(group, yield* rows)
    yield* runSteps(slice, load.step)
    invariant(load.entries() === entries, "a section holds as many entries as its header says", { group, entries })
  }
})

const storedStates = (reader: SnapshotReader): ReadonlyArray<StoredState> => {
  invariant(reader instanceof OpenSnapshot, "snapshots are opened by openSnapshot")
  return reader.states
}

const idOf = (state: { readonly operator: string; readonly name: string }): string =>
  JSON.stringify([state.operator, state.name])
