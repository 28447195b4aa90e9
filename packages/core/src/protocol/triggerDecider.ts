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

/** Why somebody who asks for a checkpoint gets none; `notRunning`: no attempt is running, or it ended meanwhile. */
export type RefusalReason = "tooManyRequests" | "terminalPending" | "notRunning"

export type TriggerDecision =
  | { readonly _tag: "Run" }
  | { readonly _tag: "Wait" }
  | { readonly _tag: "Drop"; readonly reason: RefusalReason }

export interface TriggerFacts {
  readonly policy: CheckpointPolicy
  readonly pending: ReadonlyArray<CheckpointId>
  readonly triggering: CheckpointId | null
  readonly isPauseOver: boolean
  readonly hasIds: boolean
  readonly manualQueued: number
  /** A final or stopping checkpoint is pending or completed. */
  readonly hasTerminal: boolean
}

export const decideTrigger = (kind: TriggerKind, facts: TriggerFacts): TriggerDecision => {
  if (facts.hasTerminal) return { _tag: "Drop", reason: "terminalPending" }
  if (mayRun(kind, facts)) return { _tag: "Run" }
  const isQueueFull = facts.manualQueued >= facts.policy.queuedTriggersMax
  return kind === "manual" && isQueueFull ? { _tag: "Drop", reason: "tooManyRequests" } : { _tag: "Wait" }
}

const mayRun = (kind: TriggerKind, facts: TriggerFacts): boolean => {
  if (!facts.hasIds) return false
  if (kind === "final" || kind === "stop") return true
  const isCrowded = facts.triggering !== null || facts.pending.length >= facts.policy.concurrentMax
  return !isCrowded && (kind === "manual" || facts.isPauseOver)
}
