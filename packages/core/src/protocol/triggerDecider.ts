/**
 * Decides whether a requested checkpoint runs now, waits, or is dropped.
 *
 * Takes: whether the minimum pause is over, as the timer's event told; no clock is read here.
 * Keeps: at most one checkpoint is triggering; a final or stopping checkpoint never waits for trigger, pause or cap.
 * Source: Flink CheckpointRequestDecider.
 */
import type { CheckpointId } from "../model/ids.ts"
import type { CheckpointPolicy } from "./policy.ts"

export type TriggerKind = "periodic" | "manual" | "final" | "stop"

export type TriggerDecision =
  | { readonly _tag: "Run" }
  | { readonly _tag: "Wait" }
  | { readonly _tag: "Drop"; readonly reason: "tooManyRequests" | "terminalPending" }

export interface TriggerFacts {
  readonly policy: CheckpointPolicy
  readonly pending: ReadonlyArray<CheckpointId>
  readonly triggering: CheckpointId | null
  readonly isPauseOver: boolean
  readonly hasIds: boolean
  readonly manualQueued: number
  /** A final or stopping checkpoint is pending. */
  readonly hasTerminal: boolean
}

export const decideTrigger = (kind: TriggerKind, facts: TriggerFacts): TriggerDecision => {
  if (facts.hasTerminal) return { _tag: "Drop", reason: "terminalPending" }
  if (!facts.hasIds) return { _tag: "Wait" }
  if (kind === "final" || kind === "stop") return { _tag: "Run" }
  const isCrowded = facts.triggering !== null || facts.pending.length >= facts.policy.concurrentMax
  if (kind === "manual") {
    if (!isCrowded) return { _tag: "Run" }
    return facts.manualQueued < facts.policy.queuedTriggersMax
      ? { _tag: "Wait" }
      : { _tag: "Drop", reason: "tooManyRequests" }
  }
  return isCrowded || !facts.isPauseOver ? { _tag: "Wait" } : { _tag: "Run" }
}
