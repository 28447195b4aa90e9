/** The job's log as a resource: create-once entries in numbered slots (B1, B3). */

import type { Effect } from "../../../packages/checker/src/system/Effect.ts"
import { type Resource, resource } from "../../../packages/checker/src/system/Resource.ts"
import type { CheckpointId } from "../../../packages/core/src/model/ids.ts"
import type { LogEntry } from "../../../packages/core/src/storage/LogEntry.ts"
import type { PlacedEntry } from "../../../packages/core/src/storage/logView.ts"
import type { CoordinatorMail, Fact, JobMail, LogAnswer, LogOperation } from "./messages.ts"
import { places } from "./names.ts"

export interface LogState {
  /** Slots ascend. */
  readonly entries: ReadonlyArray<PlacedEntry>
}

const post = (to: string, message: JobMail | CoordinatorMail): Effect => ({ _tag: "Send", channel: to, message })

const retired = (id: CheckpointId): Effect => ({ _tag: "Note", fact: { _tag: "Retired", id } satisfies Fact })

const isSame = (a: LogEntry, b: LogEntry): boolean => JSON.stringify(a) === JSON.stringify(b)

const apply = (
  log: LogState,
  operation: LogOperation
): { readonly state: LogState; readonly effects: ReadonlyArray<Effect> } => {
  switch (operation.op) {
    case "append": {
      const { slot, entry, nonce, to } = operation
      const standing = log.entries.find((placed) => placed.slot === slot)
      const answer = (result: LogAnswer["result"]) => [post(to, { type: "log.answered", nonce, result })]
      if (standing !== undefined) {
        return { state: log, effects: answer(isSame(standing.entry, entry) ? "appended" : "taken") }
      }
      const entries = [...log.entries, { slot, entry }].sort((a, b) => a.slot - b.slot)
      return { state: { entries }, effects: answer("appended") }
    }
    case "read":
      return { state: log, effects: [post(operation.to, { type: "log.read", of: operation.of, entries: log.entries })] }
    case "list":
      return {
        state: log,
        effects: [post(operation.to, { type: "log.listed", of: operation.of, lastSlot: lastSlotOf(log) })]
      }
    case "delete": {
      const entries = log.entries.filter(({ slot }) => slot !== operation.slot)
      return {
        state: { entries },
        effects: [
          retired(operation.id),
          post(operation.to, { type: "entry.deleted", id: operation.id, objects: operation.objects })
        ]
      }
    }
  }
}

export const lastSlotOf = (log: LogState): number => log.entries.at(-1)?.slot ?? 0

const failed = (operation: LogOperation, result: "failed" | "unknown"): ReadonlyArray<Effect> => {
  switch (operation.op) {
    case "append":
      return [post(operation.to, { type: "log.answered", nonce: operation.nonce, result })]
    case "read":
    case "list":
      return [post(operation.to, { type: "asked.failed", of: operation.of })]
    case "delete":
      return []
  }
}

export const makeLog = (): Resource<LogState, LogOperation> =>
  resource<LogState, LogOperation>({
    name: places.log,
    initial: { entries: [] },
    apply,
    failure: (operation) => failed(operation, "failed"),
    unknown: (operation) => failed(operation, "unknown")
  })
