/** Entries of the log as the runtime writes them; what the model does not know is the same in all. */

import type { Barrier } from "../../../packages/core/src/model/Barrier.ts"
import type { CheckpointId, SubtaskId, Term } from "../../../packages/core/src/model/ids.ts"
import { keyGroupCount } from "../../../packages/core/src/model/keyGroups.ts"
import type { RestoreMode } from "../../../packages/core/src/model/RestoreMode.ts"
import type { Acknowledgement, StateHandle } from "../../../packages/core/src/protocol/checkpointMessages.ts"
import type { Claim, End, Invalidation, Manifest } from "../../../packages/core/src/storage/LogEntry.ts"
import { assembled, type Snapshot } from "./snapshots.ts"

const at = "1970-01-01T00:00:00.000Z"

export const claimEntry = (of: {
  readonly term: Term
  readonly holder: string
  readonly nonce: number
  readonly idsReserved: { readonly from: CheckpointId; readonly to: CheckpointId }
  readonly resumesFrom: CheckpointId | null
  readonly restores?: RestoreMode
}): Claim => ({ _tag: "Claim", since: at, ...of })

const subtaskObject = ({ object, shared, size }: StateHandle): Manifest["tasks"][number]["subtasks"][number] => ({
  ...{ index: 0, object, size },
  ...(shared.length > 0 ? { shared } : {})
})

export const manifestEntry = (
  term: Term,
  barrier: Barrier,
  acknowledged: ReadonlyArray<Acknowledgement>
): Manifest => ({
  ...{ _tag: "Manifest", term, id: barrier.id, kind: barrier.kind, at, pipeline: "model" },
  ...{ keyGroups: keyGroupCount, parallelism: 1, records: 0, bytes: 0, durationMs: 0 },
  tasks: acknowledged.map(({ subtask, handle }) => ({ task: subtask, subtasks: [subtaskObject(handle)] })),
  operators: []
})

export const invalidationEntry = (term: Term, id: CheckpointId): Invalidation => ({
  ...{ _tag: "Invalidation", term, id, reason: "corrupt", at, detail: "" }
})

export const endEntry = (term: Term, end: "finished" | "cancelled"): End => ({ _tag: "End", term, end, at })

/** The objects that a checkpoint has written itself. */
export const ownObjectsOf = (manifest: Manifest): ReadonlyArray<string> =>
  manifest.tasks.flatMap(({ subtasks }) => subtasks.map(({ object }) => object))

/** All objects that a manifest refers to. */
export const objectsOf = (manifest: Manifest): ReadonlyArray<string> => [
  ...ownObjectsOf(manifest),
  ...manifest.tasks.flatMap(({ subtasks }) => subtasks.flatMap(({ shared = [] }) => shared))
]

/** The objects that a manifest names for a task: those that it shares, oldest first, then its own. */
export const objectsFor = (manifest: Manifest, task: SubtaskId): ReadonlyArray<string> =>
  manifest.tasks
    .filter((found) => found.task === task)
    .flatMap(({ subtasks }) => subtasks.flatMap(({ object, shared = [] }) => [...shared, object]))

/** What a manifest holds for a task: its own object over those that it shares; null if it does not name the task. */
export const snapshotFor = (manifest: Manifest, task: SubtaskId): Snapshot | null => {
  const objects = objectsFor(manifest, task)
  return objects.length === 0 ? null : assembled(objects)
}
