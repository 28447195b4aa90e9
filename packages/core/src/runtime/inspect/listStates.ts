/** Which states a checkpoint holds, for people and for error messages. */
import { Effect } from "effect"
import { StateUnknown } from "../../model/errors.ts"
import { schemaText } from "../../pipeline/schemaText.ts"
import type { OpenSnapshot } from "../../state/index.ts"
import type { JobReader } from "../../storage/CheckpointStorage.ts"
import type { Manifest } from "../../storage/LogEntry.ts"
import { openSubtask, type ReadStateFailure, subtasksOf } from "./readState.ts"
import { isSelected, type StateSelection } from "./StateEntry.ts"

/** What a checkpoint holds of one state. */
export interface StateSummary {
  readonly operator: string
  readonly state: string
  readonly kind: string
  /** The recorded schemas as short texts; null for the state of an operator without keys. */
  readonly key: string | null
  readonly value: string | null
  readonly layout: "maps" | "off-heap" | "list"
  readonly entries: number
  /** All that a restore reads. */
  readonly bytes: number | null
}

/** The states of a checkpoint over all subtasks, by operator and name. */
export const listStates = Effect.fnUntraced(function* (
  reader: JobReader,
  manifest: Manifest
): Effect.fn.Return<ReadonlyArray<StateSummary>, ReadStateFailure> {
  const states = new Map<string, StateSummary>()
  const add = (summary: StateSummary): void => {
    const id = JSON.stringify([summary.operator, summary.state])
    const { bytes, entries } = states.get(id) ?? { bytes: 0, entries: 0 }
    const sum = summary.bytes === null || bytes === null ? null : bytes + summary.bytes
    states.set(id, { ...summary, entries: entries + summary.entries, bytes: sum })
  }
  for (const subtask of subtasksOf(manifest)) {
    const snapshot = yield* openSubtask(reader, manifest, subtask)
    for (const summary of summariesOf(snapshot)) add(summary)
  }
  return [...states.values()].sort((a, b) => compare(a.operator, b.operator) || compare(a.state, b.state))
})

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const summariesOf = (snapshot: OpenSnapshot): ReadonlyArray<StateSummary> => [
  ...snapshot.states.map(({ record, stored }, index): StateSummary => {
    const { bytes = 0, entries = 0 } = snapshot.sections[index] ?? {}
    const { key, kind, name: state, operator, value } = record
    const layout = stored[0]?._tag === "Fixed" ? "off-heap" : "maps"
    return { operator, state, kind, layout, entries, bytes, key: schemaText(key), value: schemaText(value) }
  }),
  ...snapshot.lists.map(
    ({ items, name: state, operator }): StateSummary => ({
      ...{ operator, state, kind: "operator", layout: "list", key: null, value: null },
      ...{ entries: items.length, bytes: null }
    })
  )
]

/** Fails: `StateUnknown` with what there is, unless the selection names a state of the checkpoint. */
export const checkSelection = (
  manifest: Manifest,
  { operator, state }: StateSelection,
  states: ReadonlyArray<StateSummary>
): Effect.Effect<void, StateUnknown> => {
  if (states.some((known) => isSelected({ operator, state, key: null }, known))) return Effect.void
  const named =
    state === null
      ? `operator "${operator}"`
      : `state "${state}"${operator === null ? "" : ` of operator "${operator}"`}`
  if (operator === null && state === null) return Effect.void
  const available = states.map((known) => `"${known.operator}" (${known.state})`)
  return Effect.fail(new StateUnknown({ job: manifest.pipeline, checkpoint: manifest.id, named, available }))
}
