/**
 * Decides whether a requested checkpoint runs now, waits, or is dropped.
 *
 * Takes: whether the minimum pause is over, as the timer's event told; no clock is read here.
 * Keeps: at most one checkpoint is triggering; a final or stopping checkpoint never waits for trigger, pause or cap; a
 *        savepoint waits for neither pause nor cap and counts for none, but there is one at a time (rule 6).
 * Source: Flink CheckpointRequestDecider.
 */
import type { TerminalKind } from "../model/Barrier.ts"
import type { CheckpointId } from "../model/ids.ts"
import type { CheckpointPolicy } from "./policy.ts"

/** What asks for a checkpoint: the interval, somebody, or the end of the run. */
export type TriggerKind = "periodic" | "manual" | "savepoint" | TerminalKind

/** Why somebody who asks for a checkpoint gets none; `notRunning`: no attempt is running, or it ended meanwhile. */
export type RefusalReason = "tooManyRequests" | "terminalPending" | "notRunning"

/** What becomes of a trigger; one that waits is decided upon again when something has changed. */
export type TriggerDecision =
  | { readonly _tag: "Run" }
  | { readonly _tag: "Wait" }
  | { readonly _tag: "Drop"; readonly reason: RefusalReason }

export interface TriggerFacts {
  readonly policy: CheckpointPolicy
  /** Pending checkpoints, without savepoints. */
  readonly pending: ReadonlyArray<CheckpointId>
  /** Pending savepoints. */
  readonly savepoints: ReadonlyArray<CheckpointId>
  readonly triggering: CheckpointId | null
  readonly isPauseOver: boolean
  readonly hasIds: boolean
  /** Requests of people that wait, for checkpoints and for savepoints. */
  readonly manualQueued: number
  /** A final or stopping checkpoint is pending or completed. */
  readonly hasTerminal: boolean
}

/** Whether a requested checkpoint runs now, waits or is dropped; reads no clock. */
export const decideTrigger = (kind: TriggerKind, facts: TriggerFacts): TriggerDecision => {
  if (facts.hasTerminal) return { _tag: "Drop", reason: "terminalPending" }
  if (mayRun(kind, facts)) return { _tag: "Run" }
  const isQueueFull = facts.manualQueued >= facts.policy.queuedTriggersMax
  return (kind === "manual" || kind === "savepoint") && isQueueFull
    ? { _tag: "Drop", reason: "tooManyRequests" }
    : { _tag: "Wait" }
}

const mayRun = (kind: TriggerKind, facts: TriggerFacts): boolean => {
  if (!facts.hasIds) return false
  if (isEnding(kind)) return true
  if (kind === "savepoint") return facts.triggering === null && facts.savepoints.length === 0
  const isCrowded = facts.triggering !== null || facts.pending.length >= facts.policy.concurrentMax
  return !isCrowded && (kind === "manual" || facts.isPauseOver)
}

/** The checkpoint that ends a run. */
export const isEnding = (kind: TriggerKind): kind is TerminalKind =>
  kind !== "periodic" && kind !== "manual" && kind !== "savepoint"
