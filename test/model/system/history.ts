/** What properties remember of a run. */
import type { History } from "../../../packages/checker/src/system/System.ts"
import type { CheckpointId } from "../../../packages/core/src/model/ids.ts"
import type { Fact } from "./messages.ts"

export interface ProtocolHistory {
  /** The newest checkpoint that was triggered, by whatever attempt. */
  readonly triggered: CheckpointId
  /** One was triggered whose id was not above all before it. */
  readonly isDisordered: boolean
  /** Sorted. */
  readonly completed: ReadonlyArray<CheckpointId>
  /** Sorted. */
  readonly invalidated: ReadonlyArray<CheckpointId>
}

const including = (ids: ReadonlyArray<CheckpointId>, id: CheckpointId): ReadonlyArray<CheckpointId> =>
  ids.includes(id) ? ids : [...ids, id].sort((a, b) => a - b)

export const protocolHistory: History<ProtocolHistory> = {
  initial: { triggered: 0, isDisordered: false, completed: [], invalidated: [] },
  next: (history: ProtocolHistory, fact: Fact): ProtocolHistory => {
    switch (fact._tag) {
      case "Triggered":
        return {
          ...history,
          triggered: Math.max(history.triggered, fact.id),
          isDisordered: history.isDisordered || fact.id <= history.triggered
        }
      case "Completed":
        return { ...history, completed: including(history.completed, fact.id) }
      case "Invalidated":
        return { ...history, invalidated: including(history.invalidated, fact.id) }
    }
  }
}
