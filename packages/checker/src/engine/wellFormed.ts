/**
 * What the functions of a model answer, looked at before it is believed: types end where a cast or plain JavaScript begins.
 * Each fails with `ModelError`, which says who answered what.
 */
import type { Effect, Message } from "../system/Effect.ts"
import { describeValue } from "../values/describeValue.ts"
import { ModelError } from "./errors.ts"

export const checkedMessage = <M extends Message>(message: M, where: string): M => {
  if (isRecord(message) && typeof message.type === "string") return message
  throw new ModelError(`${where} gives ${describeValue(message)}: a message or event is a record with a text "type".`)
}

/** The result of a step, a start or an operation. */
export const checkedResult = <R extends { readonly effects: ReadonlyArray<Effect> }>(result: R, where: string): R => {
  if (isRecord(result)) {
    checkedEffects(result.effects, where)
    return result
  }
  throw new ModelError(`${where} answers ${describeValue(result)} instead of a record { state, effects }.`)
}

export const checkedEffects = (effects: ReadonlyArray<Effect>, where: string): ReadonlyArray<Effect> => {
  for (const effect of checkedList(effects, `${where} answers with "effects"`)) {
    if (!isRecord(effect))
      throw new ModelError(`${where} asks for an effect that there is not: ${describeValue(effect)}.`)
    if ((effect._tag === "SetTimer" || effect._tag === "CancelTimer") && typeof effect.timer !== "string") {
      throw new ModelError(`${where} asks for ${describeValue(effect)}: "timer" is the name of a timer.`)
    }
    if (effect._tag === "Request" && effect.operation === undefined) {
      throw new ModelError(`${where} asks ${effect.resource} for nothing: give the Request an "operation".`)
    }
  }
  return effects
}

export const checkedList = <T>(list: ReadonlyArray<T>, where: string): ReadonlyArray<T> => {
  if (Array.isArray(list)) return list
  throw new ModelError(`${where}: ${describeValue(list)} is no list.`)
}

const isRecord = (value: unknown): value is object => typeof value === "object" && value !== null
