/** What properties read of a view of the protocol. */
import type { View } from "../../../packages/checker/src/system/View.ts"
import type { CheckpointId } from "../../../packages/core/src/model/ids.ts"
import type { Manifest } from "../../../packages/core/src/storage/LogEntry.ts"
import { type LogView, viewLog } from "../../../packages/core/src/storage/logView.ts"
import { type LogState, lastSlotOf } from "../system/log.ts"
import type { ProcessParts } from "../system/ProcessParts.ts"
import { type Rec, sinksOf, sortRecords } from "../system/plan.ts"
import type { Protocol } from "../system/protocolSystem.ts"
import { transactionOf } from "../system/snapshots.ts"
import type { TaskState } from "../system/TaskState.ts"

export const readingOf = ({ entries }: LogState): LogView =>
  viewLog({ entries, damaged: [], lastSlot: lastSlotOf({ entries }) })

export const manifestsIn = ({ entries }: LogState): ReadonlyArray<Manifest> =>
  entries.flatMap(({ entry }) => (entry._tag === "Manifest" ? [entry] : []))

export const visibleRecords = (protocol: Protocol, view: View): ReadonlyArray<Rec> =>
  sortRecords(view.resource(protocol.ledger).visible.flatMap((text) => transactionOf(text).records))

export const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Every subtask of every process, with the process that it belongs to. */
export const allTasks = ({ processes }: Protocol) =>
  processes.flatMap((process) =>
    Object.entries(process.tasks).map(([task, component]) => ({ process, task, component }))
  )

export const allSinks = (protocol: Protocol) => {
  const sinks = sinksOf(protocol.settings.plan)
  return allTasks(protocol).filter(({ task }) => sinks.includes(task))
}

export const committerOf = (state: TaskState | undefined) => state?.machine.parts[0]?.snapshot

export const jobOf = (process: ProcessParts, view: View) => view.of(process.job)?.machine

export const someJob = (
  protocol: Protocol,
  view: View,
  state: "restoring" | "running" | "finished" | "stopped" | "cancelled" | "failed"
) => protocol.processes.some((process) => jobOf(process, view)?.matches(state) ?? false)

export const pendingOf = (process: ProcessParts, view: View): ReadonlyArray<CheckpointId> =>
  view.of(process.coordinator)?.machine.owner.context.pending ?? []

/** The highest term that a claim of the log has. */
export const leaderTerm = ({ entries }: LogState): number =>
  Math.max(0, ...entries.map(({ entry }) => (entry._tag === "Claim" ? entry.term : 0)))
