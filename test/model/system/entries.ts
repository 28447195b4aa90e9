/** Entries of the log as the runtime writes them; what the model does not know is the same in all. */

import type { Barrier } from "../../../packages/core/src/model/Barrier.ts"
import type { CheckpointId, SubtaskId, Term } from "../../../packages/core/src/model/ids.ts"
import { keyGroupCount } from "../../../packages/core/src/model/keyGroups.ts"
import type { Acknowledgement } from "../../../packages/core/src/protocol/checkpointMessages.ts"
import type { Claim, End, Invalidation, Manifest } from "../../../packages/core/src/storage/LogEntry.ts"

const at = "1970-01-01T00:00:00.000Z"

export const claimEntry = (of: {
  readonly term: Term
  readonly holder: string
  readonly nonce: number
  readonly idsReserved: { readonly from: CheckpointId; readonly to: CheckpointId }
  readonly resumesFrom: CheckpointId | null
}): Claim => ({ _tag: "Claim", since: at, ...of })

export const manifestEntry = (
  term: Term,
  barrier: Barrier,
  acknowledged: ReadonlyArray<Acknowledgement>
): Manifest => ({
  ...{ _tag: "Manifest", term, id: barrier.id, kind: barrier.kind, at, pipeline: "model" },
  ...{ keyGroups: keyGroupCount, parallelism: 1, records: 0, bytes: 0, durationMs: 0 },
  tasks: acknowledged.map(({ subtask, handle }) => ({ task: subtask, subtasks: [{ index: 0, ...handle }] })),
  operators: []
})

export const invalidationEntry = (term: Term, id: CheckpointId): Invalidation => ({
  ...{ _tag: "Invalidation", term, id, reason: "corrupt", at, detail: "" }
})

export const endEntry = (term: Term, end: "finished" | "cancelled"): End => ({ _tag: "End", term, end, at })

export const objectsOf = (manifest: Manifest): ReadonlyArray<string> =>
  manifest.tasks.flatMap(({ subtasks }) => subtasks.map(({ object }) => object))

/** The state object that a manifest names for a task. */
export const objectFor = (manifest: Manifest, task: SubtaskId): string | undefined =>
  manifest.tasks.find((found) => found.task === task)?.subtasks[0]?.object
