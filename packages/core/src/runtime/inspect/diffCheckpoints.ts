/**
 * What has changed between two checkpoints: entries of every state that were added, changed and removed, and positions.
 *
 * Memory is bounded: where a state is large the key groups are compared some at a time, and long values by their digests.
 */
import { createHash } from "node:crypto"
import { Effect, Stream } from "effect"
import type { Json } from "../../model/Json.ts"
import { keyGroupCount } from "../../model/keyGroups.ts"
import type { JobReader } from "../../storage/CheckpointStorage.ts"
import type { Manifest } from "../../storage/LogEntry.ts"
import { splitsList } from "../TaskInput.ts"
import { listStates, type StateSummary } from "./listStates.ts"
import { readCheckpoint, type SplitPosition } from "./readCheckpoint.ts"
import { type ReadStateFailure, readState } from "./readState.ts"
import { everything, type StateEntry } from "./StateEntry.ts"

export interface StateDiff {
  readonly operator: string
  readonly state: string
  /** Entries before and after. */
  readonly entries: readonly [number, number]
  readonly bytes: readonly [number, number]
  readonly added: number
  readonly changed: number
  readonly removed: number
}

/** A split that was read on or finished between two checkpoints: each pair is the earlier and the later value. */
export interface PositionDiff {
  readonly operator: string
  readonly split: string
  readonly records: readonly [number, number]
  readonly position: readonly [Json | null, Json | null]
  readonly isFinished: readonly [boolean, boolean]
}

export interface CheckpointDiff {
  /** Of every state that one of them holds, by operator and name. */
  readonly states: ReadonlyArray<StateDiff>
  /** Splits that one of them has read further than the other. */
  readonly positions: ReadonlyArray<PositionDiff>
}

/** Entries that are held at a time, about. */
const entriesAtOnce = 500_000

export const diffCheckpoints = Effect.fnUntraced(function* (
  reader: JobReader,
  before: Manifest,
  after: Manifest
): Effect.fn.Return<CheckpointDiff, ReadStateFailure> {
  const summaries = [yield* listStates(reader, before), yield* listStates(reader, after)] as const
  const most = Math.max(...summaries.map((states) => states.reduce((sum, { entries }) => sum + entries, 0)))
  const rounds = Math.min(keyGroupCount, Math.max(1, Math.ceil(most / entriesAtOnce)))
  const counts = new Map<string, Counts>()
  for (let round = 0; round < rounds; round++) {
    const range = {
      from: Math.floor((round * keyGroupCount) / rounds),
      to: Math.floor(((round + 1) * keyGroupCount) / rounds)
    }
    const hasLists = round === 0
    const seen = new Map<string, Map<string, string>>()
    yield* eachEntry(readState(reader, before, everything, range), hasLists, (id, key, value) => {
      const entries = seen.get(id) ?? new Map<string, string>()
      entries.set(key, value)
      seen.set(id, entries)
    })
    yield* eachEntry(readState(reader, after, everything, range), hasLists, (id, key, value) => {
      const former = seen.get(id)?.get(key)
      const count = countsOf(counts, id)
      if (former === undefined) count.added++
      else if (former !== value) count.changed++
      seen.get(id)?.delete(key)
    })
    for (const [id, left] of seen) countsOf(counts, id).removed += left.size
  }
  const positions = [
    (yield* readCheckpoint(reader, before)).splits,
    (yield* readCheckpoint(reader, after)).splits
  ] as const
  return { states: statesOf(...summaries, counts), positions: movedOf(...positions) }
})

interface Counts {
  added: number
  changed: number
  removed: number
}

const countsOf = (counts: Map<string, Counts>, id: string): Counts => {
  const known = counts.get(id) ?? { added: 0, changed: 0, removed: 0 }
  counts.set(id, known)
  return known
}

const eachEntry = <E>(
  entries: Stream.Stream<StateEntry, E>,
  hasLists: boolean,
  visit: (id: string, key: string, value: string) => void
): Effect.Effect<void, E> =>
  Stream.runForEach(entries, (entry) =>
    Effect.sync(() => {
      const id = idOf(entry)
      if ("key" in entry) {
        visit(id, JSON.stringify([entry.key, entry.windowStart ?? null]), digestOf(entry.value ?? entry.due ?? null))
      } else if (hasLists && entry.state !== splitsList) visit(id, digestOf(entry.item), "")
    })
  )

const digestOf = (value: Json): string => {
  const text = JSON.stringify(value)
  return text.length <= 44 ? text : createHash("sha256").update(text).digest("base64")
}

const idOf = ({ operator, state }: { readonly operator: string; readonly state: string }): string =>
  JSON.stringify([operator, state])

const statesOf = (
  before: ReadonlyArray<StateSummary>,
  after: ReadonlyArray<StateSummary>,
  counts: ReadonlyMap<string, Counts>
): ReadonlyArray<StateDiff> => {
  const former = new Map(before.map((state) => [idOf(state), state]))
  const latter = new Map(after.map((state) => [idOf(state), state]))
  return [...new Map([...former, ...latter])]
    .filter(([, { state }]) => state !== splitsList)
    .map(([id, { operator, state }]) => ({
      operator,
      state,
      entries: [former.get(id)?.entries ?? 0, latter.get(id)?.entries ?? 0],
      bytes: [former.get(id)?.bytes ?? 0, latter.get(id)?.bytes ?? 0],
      ...(counts.get(id) ?? { added: 0, changed: 0, removed: 0 })
    }))
}

const movedOf = (
  before: ReadonlyArray<SplitPosition>,
  after: ReadonlyArray<SplitPosition>
): ReadonlyArray<PositionDiff> => {
  const splitId = ({ operator, split }: SplitPosition): string => JSON.stringify([operator, split])
  const former = new Map(before.map((split) => [splitId(split), split]))
  const latter = new Map(after.map((split) => [splitId(split), split]))
  return [...new Map([...former, ...latter])].flatMap(([id, { operator, split }]): ReadonlyArray<PositionDiff> => {
    const [old, now] = [former.get(id), latter.get(id)]
    const diff: PositionDiff = {
      operator,
      split,
      records: [old?.records ?? 0, now?.records ?? 0],
      position: [old?.position ?? null, now?.position ?? null],
      isFinished: [old?.isFinished ?? false, now?.isFinished ?? false]
    }
    const isMoved =
      JSON.stringify(diff.position[0]) !== JSON.stringify(diff.position[1]) || diff.isFinished[0] !== diff.isFinished[1]
    return isMoved ? [diff] : []
  })
}
