/**
 * What mail may be lost or come twice (rule 5): triggers, acknowledgements and news of checkpoints. That the terminal
 * checkpoint is completed is told for sure: no later notification would cover it.
 */
import type { Message } from "../../../packages/checker/src/system/Effect.ts"
import type { ProtocolConfig } from "./Config.ts"

const kindOf = (message: Message): { readonly type: string; readonly isTerminal: boolean } => {
  if (!isTold(message)) return { type: message.type, isTerminal: false }
  const { event } = message
  return { type: event.type, isTerminal: event.kind !== undefined && event.kind !== "checkpoint" }
}

interface ToldMessage extends Message {
  readonly event: Message & { readonly kind?: unknown }
}

const isTold = (message: Message): message is ToldMessage => message.type === "told"

const lossy = ["trigger.received", "checkpoint.completed", "checkpoint.invalidated", "subtask.acknowledged"]

const allows = (config: ProtocolConfig, message: Message): boolean => {
  const { type, isTerminal } = kindOf(message)
  return lossy.includes(type) && !isTerminal && (config.unreliable ?? lossy).includes(type)
}

export const isLossy = (config: ProtocolConfig, message: Message): boolean => allows(config, message)

export const isRepeatable = (config: ProtocolConfig, message: Message): boolean => allows(config, message)

/** Whether mail of a type is never lost in a configuration, and never comes twice. */
export const isReliable = ({ faults = {}, unreliable = lossy }: ProtocolConfig, type: string): boolean =>
  ((faults.lose ?? 0) === 0 && (faults.duplicate ?? 0) === 0) || !unreliable.includes(type)
