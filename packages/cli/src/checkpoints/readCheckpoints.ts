/** The checkpoints that a job's log knows, completed and no longer valid ones. */
import { type JobReader, type LogContent, type Manifest, readLog } from "@tidemark/core/storage"
import { Effect } from "effect"
import type { OpenJob } from "./openJobs.ts"

export interface ListedCheckpoint {
  readonly job: string
  readonly id: number
  readonly kind: Manifest["kind"]
  readonly state: "completed" | "invalidated"
  /** Why it is invalidated: `corrupt`, or `superseded` by a run that started from an earlier point. */
  readonly reason: "corrupt" | "superseded" | null
  /** Of the state objects that it wrote itself. */
  readonly bytes: number
  /** What a restore reads: also the objects of earlier checkpoints that it shares. Null if some are gone. */
  readonly restoreBytes: number | null
  /** ISO 8601. */
  readonly at: string
  /** Of all sources, when it was taken. */
  readonly records: number
  readonly durationMs: number
  readonly parallelism: number
  /** The log entry, for `--resume`. */
  readonly path: string
}

export interface JobCheckpoints {
  /** Ascending by id. */
  readonly checkpoints: ReadonlyArray<{ readonly listed: ListedCheckpoint; readonly manifest: Manifest }>
  readonly damaged: LogContent["damaged"]
}

/** Fails: for a log entry of a newer format. */
export const readCheckpoints = Effect.fnUntraced(function* ({ job, reader }: OpenJob) {
  const content = yield* readLog(reader)
  const { view } = content
  const idsOf = (placed: typeof view.completed): ReadonlySet<number> =>
    new Set(placed.map(({ manifest }) => manifest.id))
  const completed = idsOf([...view.completed, ...view.savepoints])
  const corrupt = idsOf(view.corrupt)
  const sizes = new Map((yield* reader.listObjects).map(({ name, size }) => [name, size]))
  const checkpoints = content.entries
    .flatMap(({ entry, slot }) => {
      if (entry._tag !== "Manifest") return []
      const reason = completed.has(entry.id) ? null : corrupt.has(entry.id) ? "corrupt" : "superseded"
      return [{ manifest: entry, listed: listed({ job, reader, slot, reason, sizes, manifest: entry }) }]
    })
    .sort((a, b) => a.manifest.id - b.manifest.id)
  return { checkpoints, damaged: content.damaged } satisfies JobCheckpoints
})

const listed = (of: {
  readonly job: string
  readonly reader: JobReader
  readonly slot: number
  readonly reason: ListedCheckpoint["reason"]
  readonly sizes: ReadonlyMap<string, number>
  readonly manifest: Manifest
}): ListedCheckpoint => {
  const { at, bytes, durationMs, id, kind, parallelism, records } = of.manifest
  const state = of.reason === null ? "completed" : "invalidated"
  const path = of.reader.pathOf({ slot: of.slot })
  const restoreBytes = sizeOf(objectsOf(of.manifest), of.sizes)
  return {
    ...{ job: of.job, id, kind, state, reason: of.reason, bytes, restoreBytes },
    ...{ at, records, durationMs, parallelism, path }
  }
}

/** All that a restore reads, each once. */
export const objectsOf = ({ tasks }: Manifest): ReadonlySet<string> =>
  new Set(tasks.flatMap(({ subtasks }) => subtasks.flatMap(({ object, shared = [] }) => [object, ...shared])))

const sizeOf = (objects: ReadonlySet<string>, sizes: ReadonlyMap<string, number>): number | null => {
  let sum = 0
  for (const object of objects) {
    const size = sizes.get(object)
    if (size === undefined) return null
    sum += size
  }
  return sum
}
