/**
 * The snapshots of one subtask: captures of all its states together, each continuing its base where that is worth it.
 */
import { Effect } from "effect"
import { invariant } from "../../model/invariant.ts"
import { compareStates } from "../compareDescriptors.ts"
import type { StateRecord } from "../describeState.ts"
import type { OperatorList } from "../OperatorList.ts"
import type { Capture, EncodedSnapshot, SnapshotCut } from "../SubtaskState.ts"
import { type ChainedState, OpenSnapshot } from "./openSnapshot.ts"
import type { RegisteredState, StateCapture } from "./RegisteredState.ts"
import { continued, type HistoryEntry, mayContinue, SnapshotHistory, type StateHistory } from "./SnapshotHistory.ts"
import type { SnapshotReader } from "./SnapshotReader.ts"
import type { BaseObject } from "./snapshotFormat.ts"
import type { SnapshotLimits } from "./snapshotLimits.ts"
import { TimeSlice } from "./timeSlice.ts"
import { writeSnapshot } from "./writeSnapshot.ts"

interface RunningState {
  readonly id: string
  readonly capture: StateCapture
  /** The state as the base has it, where it is continued. */
  readonly before: StateHistory | undefined
}

export class StateSnapshots {
  readonly #states = new Map<string, RegisteredState>()
  readonly #history = new SnapshotHistory()
  readonly #limits: SnapshotLimits

  constructor(limits: SnapshotLimits) {
    this.#limits = limits
  }

  register(state: RegisteredState): void {
    const { name, operator } = state.record
    const id = idOf(state.record)
    invariant(!this.#states.has(id), "a state is registered once", { operator, name })
    this.#states.set(id, state)
  }

  capture(lists: ReadonlyArray<OperatorList>, cut: SnapshotCut): Capture {
    const base = this.#history.get(cut.base)
    const captures = [...this.#states].map(([id, state]): RunningState => {
      const before = base?.states.get(id)
      const since = base !== null && mayContinue(before) ? base.object.checkpoint : null
      const capture = state.capture({ checkpoint: cut.checkpoint, since })
      return { id, capture, before: capture.isFull ? undefined : before }
    })
    const oldest = this.#history.captured(cut.checkpoint, cut.base)
    for (const state of this.#states.values()) state.forgetBefore(oldest)
    const release = (): void => {
      for (const { capture } of captures) capture.release()
    }
    let isEncoded = false
    const encode = (late: ReadonlyArray<OperatorList>): Effect.Effect<EncodedSnapshot> =>
      Effect.suspend(() => {
        invariant(!isEncoded, "a capture is encoded at most once")
        isEncoded = true
        return this.#encode({ cut, base, captures, lists: [...lists, ...late] })
      })
    return {
      isExclusive: captures.some(({ capture }) => capture.isExclusive),
      encode: (late) => Effect.ensuring(encode(late), Effect.sync(release)),
      release
    }
  }

  readonly restore = Effect.fnUntraced(function* (
    this: StateSnapshots,
    readers: ReadonlyArray<SnapshotReader>,
    range: { readonly from: number; readonly to: number }
  ) {
    const slice = new TimeSlice()
    const restored = new Set<string>()
    for (const reader of readers) {
      invariant(reader instanceof OpenSnapshot, "snapshots are opened by openSnapshot")
      for (const stored of reader.states) {
        if (!this.#hasOperator(stored.record.operator)) continue
        for (const place of placesOf(reader, stored, range)) {
          invariant(!restored.has(place), "a key group is restored from one subtask", { place })
          restored.add(place)
        }
        yield* this.#stateFor(stored).restore(stored.stored, { range, slice })
      }
    }
  })

  /** A snapshot may hold states of operators that are part of other tasks now. */
  #hasOperator(operator: string): boolean {
    return [...this.#states.values()].some(({ record }) => record.operator === operator)
  }

  #stateFor(stored: ChainedState): RegisteredState {
    const state = this.#states.get(idOf(stored.record))
    const problems = compareStates([stored.record], state === undefined ? [] : [state.record])
    invariant(
      state !== undefined && problems.length === 0,
      "a snapshot fits the states that it is restored into",
      problems
    )
    return state
  }

  readonly #encode = Effect.fnUntraced(function* (
    this: StateSnapshots,
    of: {
      readonly cut: SnapshotCut
      readonly base: HistoryEntry | null
      readonly captures: ReadonlyArray<RunningState>
      readonly lists: ReadonlyArray<OperatorList>
    }
  ): Effect.fn.Return<EncodedSnapshot> {
    const { base, captures, cut, lists } = of
    const { checkpoint, object } = cut
    const slice = new TimeSlice()
    for (const { capture } of captures) yield* capture.read(slice)
    const written = yield* Effect.forEach(captures, ({ before, capture, id }) =>
      Effect.map(capture.write(slice, before === undefined ? 0 : before.depth + 1), (state) => ({
        ...state,
        id,
        history: continued(before, before === undefined, bytesOf(state.parts))
      }))
    )
    const states = new Map(written.map(({ history, id }) => [id, history]))
    const bases = basesOf(base, states)
    const content = { object, checkpoint, bases, states: written, lists }
    const { bytes, identity } = yield* writeSnapshot(content, slice, this.#limits)
    this.#history.add({ object: { object, checkpoint, size: bytes.length, identity }, bases, states })
    return { bytes, shared: bases.map((shared) => shared.object).sort() }
  })
}

/** The objects that some state goes on from: the base, and what it continues, as far as needed. */
const basesOf = (base: HistoryEntry | null, states: ReadonlyMap<string, StateHistory>): ReadonlyArray<BaseObject> => {
  const depth = Math.max(0, ...[...states.values()].map((state) => state.depth))
  return base === null ? [] : [base.object, ...base.bases].slice(0, depth)
}

const bytesOf = (parts: ReadonlyArray<Uint8Array>): number => parts.reduce((sum, { length }) => sum + length, 0)

/** What is restored at most once: key groups of a state in maps, an off-heap state of an object. */
const placesOf = (
  reader: OpenSnapshot,
  { record, stored }: ChainedState,
  range: { readonly from: number; readonly to: number }
): ReadonlyArray<string> => {
  const [newest] = stored
  const id = idOf(record)
  if (newest?._tag !== "Maps") return [`${id} in ${reader.name}`]
  return newest.groups.flatMap(({ group }) => (group < range.from || group >= range.to ? [] : [`${id} ${group}`]))
}

const idOf = (state: Pick<StateRecord, "operator" | "name">): string => JSON.stringify([state.operator, state.name])
