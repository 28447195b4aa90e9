/** What properties remember of a run. */
import type { History } from "../../../packages/checker/src/system/System.ts"
import type { CheckpointId, Term } from "../../../packages/core/src/model/ids.ts"
import type { Fact } from "./messages.ts"

export interface ProtocolHistory {
  /** The newest checkpoint that each term has triggered; terms ascend. */
  readonly triggered: ReadonlyArray<{ readonly term: Term; readonly id: CheckpointId }>
  /** One was triggered that is not above all of its term and of earlier ones, or not below those of later ones. */
  readonly isDisordered: boolean
  /** Sorted. */
  readonly completed: ReadonlyArray<CheckpointId>
  /** Those of them that were savepoints of a job that ran on. Sorted. */
  readonly saved: ReadonlyArray<CheckpointId>
  /** Sorted. */
  readonly invalidated: ReadonlyArray<CheckpointId>
  /** Sorted. */
  readonly retired: ReadonlyArray<CheckpointId>
  /** Claims that have held, in the order of their slots. */
  readonly led: ReadonlyArray<{ readonly term: Term; readonly slot: number }>
}

const including = (ids: ReadonlyArray<CheckpointId>, id: CheckpointId): ReadonlyArray<CheckpointId> =>
  ids.includes(id) ? ids : [...ids, id].sort((a, b) => a - b)

const trigger = (
  history: ProtocolHistory,
  { term, id }: { readonly term: Term; readonly id: CheckpointId }
): ProtocolHistory => {
  const { triggered } = history
  const isAbove = triggered.every((other) => (other.term <= term ? other.id < id : other.id > id))
  const others = triggered.filter((other) => other.term !== term)
  return {
    ...history,
    triggered: [...others, { term, id }].sort((a, b) => a.term - b.term),
    isDisordered: history.isDisordered || !isAbove
  }
}

export const lastTriggered = ({ triggered }: ProtocolHistory): CheckpointId => triggered.at(-1)?.id ?? 0

export const protocolHistory: History<ProtocolHistory> = {
  initial: { triggered: [], isDisordered: false, completed: [], saved: [], invalidated: [], retired: [], led: [] },
  next: (history: ProtocolHistory, fact: Fact): ProtocolHistory => {
    switch (fact._tag) {
      case "Triggered":
        return trigger(history, fact)
      case "Completed":
        return { ...history, completed: including(history.completed, fact.id) }
      case "Saved":
        return {
          ...history,
          completed: including(history.completed, fact.id),
          saved: including(history.saved, fact.id)
        }
      case "Invalidated":
        return { ...history, invalidated: including(history.invalidated, fact.id) }
      case "Retired":
        return { ...history, retired: including(history.retired, fact.id) }
      case "Led":
        return {
          ...history,
          led: [...history.led, { term: fact.term, slot: fact.slot }].sort((a, b) => a.slot - b.slot)
        }
    }
  }
}
