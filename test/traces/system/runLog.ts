/** The job's log in the model of a real run: claims are appended as one operation, and a claim fences all older terms. */
import type { Effect } from "../../../packages/checker/src/system/Effect.ts"
import { type Resource, resource } from "../../../packages/checker/src/system/Resource.ts"
import type { CheckpointId, Term } from "../../../packages/core/src/model/ids.ts"
import type { StateHandle } from "../../../packages/core/src/protocol/checkpointMessages.ts"
import type { JobEvent } from "../../../packages/core/src/protocol/jobMessages.ts"
import type { Resume } from "../../../packages/core/src/protocol/policy.ts"
import { decideResume } from "../../../packages/core/src/protocol/resumeDecider.ts"
import { idBlock, type LogEntry, type Manifest } from "../../../packages/core/src/storage/LogEntry.ts"
import { isKept, type PlacedEntry, type PlacedManifest, viewLog } from "../../../packages/core/src/storage/logView.ts"
import { foundEntry } from "../TraceLine.ts"
import type { Fact } from "./facts.ts"

export interface RunLog {
  /** Slots ascend. */
  readonly entries: ReadonlyArray<PlacedEntry>
  /** The last claim, and the slot of the last entry under it. */
  readonly leader: Term
  readonly lastSlot: number
}

/** What a checkpoint in the log consists of: its own objects first, then those that it shares. */
export interface Place {
  readonly id: CheckpointId
  readonly objects: ReadonlyArray<string>
}

export type RunLogOperation =
  | { readonly op: "claim"; readonly resume: Resume; readonly to: string }
  | { readonly op: "append"; readonly entry: LogEntry; readonly to: string; readonly key: string }
  | { readonly op: "delete"; readonly id: CheckpointId; readonly to: string; readonly key: string }

/** Answers. */
export type RunLogAnswer =
  | {
      readonly type: "log.claimed"
      readonly event: Extract<JobEvent, { readonly type: "claim.appended" | "claim.unneeded" }>
      readonly places: ReadonlyArray<Place>
      readonly resumesFrom: CheckpointId | null
      /** Objects that any entry names. */
      readonly named: ReadonlyArray<string>
    }
  | { readonly type: "log.answered"; readonly key: string; readonly result: "done" | "refused" | "failed" }

const ownAndShared = (entry: Manifest) => {
  const subtasks = entry.tasks.flatMap((task) => task.subtasks)
  return { objects: subtasks.map(({ object }) => object), shared: subtasks.flatMap(({ shared = [] }) => shared) }
}

const objectsOf = (entry: LogEntry): ReadonlyArray<string> => {
  const found = foundEntry({ slot: 0, entry })
  return "objects" in found ? [...found.objects, ...found.shared] : []
}

export const manifestOf = (of: {
  readonly term: Term
  readonly id: CheckpointId
  readonly kind: Manifest["kind"]
  readonly handles: ReadonlyArray<StateHandle>
}): Manifest => ({
  ...{ _tag: "Manifest", term: of.term, id: of.id, kind: of.kind },
  ...{ at: "", pipeline: "", keyGroups: 0, parallelism: 0, records: 0, bytes: 0, durationMs: 0, operators: null },
  tasks: [{ task: "", subtasks: of.handles.map(({ object, shared }, index) => ({ index, object, size: 0, shared })) }]
})

/** All that a manifest refers to. */
export const objectsIn = (handles: ReadonlyArray<StateHandle>): ReadonlyArray<string> => [
  ...handles.map(({ object }) => object),
  ...handles.flatMap(({ shared }) => shared)
]

const idsOf = (placed: ReadonlyArray<PlacedManifest>): ReadonlyArray<CheckpointId> =>
  placed.map(({ manifest }) => manifest.id)

const note = (fact: Fact): Effect => ({ _tag: "Note", fact })

const answer = (to: string, message: RunLogAnswer): Effect => ({ _tag: "Send", channel: to, message })

const claim = (log: RunLog, { resume, to }: Extract<RunLogOperation, { readonly op: "claim" }>) => {
  const view = viewLog({ ...log, damaged: [], lastSlot: log.entries.at(-1)?.slot ?? 0 })
  const facts = {
    completed: view.completed.map(({ manifest }) => manifest),
    savepoints: view.savepoints.map(({ manifest }) => manifest.id)
  }
  const decision = decideResume({ resume, ...facts, end: view.end })
  const places = view.completed.map(({ manifest }) => ({ id: manifest.id, objects: objectsOf(manifest) }))
  const named = log.entries.flatMap(({ entry }) => objectsOf(entry))
  if (decision._tag !== "Start") {
    const unneeded: RunLogAnswer = {
      type: "log.claimed",
      event: { type: "claim.unneeded" },
      places,
      named,
      resumesFrom: null
    }
    return { state: log, effects: [answer(to, unneeded)] }
  }
  const resumesFrom = decision.candidates[0] ?? null
  const term = view.term + 1
  const idsReserved = { from: view.idsEnd, to: view.idsEnd + idBlock }
  const slot = view.lastSlot + 1
  const entry: LogEntry = { _tag: "Claim", term, holder: "", since: "", nonce: 0, idsReserved, resumesFrom }
  const appended = {
    ...({ type: "claim.appended", term, nextId: idsReserved.from, idsEnd: idsReserved.to } as const),
    recorded: idsOf(view.completed.filter(({ manifest }) => !isKept(view, manifest))).filter(
      (id) => id <= (resumesFrom ?? 0)
    ),
    kept: idsOf(view.savepoints)
  }
  return {
    state: { entries: [...log.entries, { slot, entry }], leader: term, lastSlot: slot },
    effects: [answer(to, { type: "log.claimed", event: appended, places, named, resumesFrom })]
  }
}

const apply = (log: RunLog, operation: RunLogOperation) => {
  switch (operation.op) {
    case "claim":
      return claim(log, operation)
    case "append": {
      const { entry, key, to } = operation
      const isDone = entry.term === log.leader
      const effects = [answer(to, { type: "log.answered", key, result: isDone ? "done" : "refused" })]
      if (!isDone) return { state: log, effects }
      const slot = log.lastSlot + 1
      const state = { ...log, entries: [...log.entries, { slot, entry }], lastSlot: slot }
      const landed = entry._tag === "Manifest" ? [note({ _tag: "Landed", id: entry.id, ...ownAndShared(entry) })] : []
      return { state, effects: [...landed, ...effects] }
    }
    case "delete": {
      const entries = log.entries.filter(({ entry }) => entry._tag !== "Manifest" || entry.id !== operation.id)
      const effects = [answer(operation.to, { type: "log.answered", key: operation.key, result: "done" })]
      return { state: { ...log, entries }, effects }
    }
  }
}

export const runLog: Resource<RunLog, RunLogOperation> = resource<RunLog, RunLogOperation>({
  name: "log",
  initial: { entries: [], leader: 0, lastSlot: 0 },
  apply,
  /** A manifest that could not be appended: declared as a fault by the trace's test. */
  failure: (operation) =>
    operation.op === "claim"
      ? []
      : [answer(operation.to, { type: "log.answered", key: operation.key, result: "failed" })]
})
