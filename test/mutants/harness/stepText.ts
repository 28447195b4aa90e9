/**
 * A step as one text: two steps have the same text if nobody can tell them apart.
 *
 * Commands are compared as those hear them to whom they go. Who receives some of them sees only these, in their order;
 * a timer that is set twice is set. So two lists are the same if they differ only in the order among different receivers
 * or in repetitions of timers. Starts, stops and clears concern everybody: a list with one of them is compared as it is.
 */
import type { Effect, Step } from "../../../packages/checker/src/system/Effect.ts"
import { canonicalText } from "../../../packages/checker/src/values/canonical.ts"

export const stepText = ({ state, effects }: Step<unknown>): string =>
  `${canonicalText(state, "the state")} ${effectsText(effects)}`

const effectsText = (effects: ReadonlyArray<Effect>): string => {
  const others = effects.filter((effect) => !isTimer(effect))
  const timers = new Map(effects.filter(isTimer).map(({ _tag, timer }) => [timer, _tag]))
  const armed = canonicalText([...timers].sort(), "the timers")
  if (others.some(concernsAll)) return `${canonicalText(others, "the effects")} ${armed}`
  const byReceiver = Map.groupBy(others, receiverOf)
  const received = [...byReceiver].sort(([a], [b]) => (a < b ? -1 : 1))
  return `${canonicalText(received, "the effects")} ${armed}`
}

const isTimer = (effect: Effect): effect is Extract<Effect, { readonly timer: string }> =>
  effect._tag === "SetTimer" || effect._tag === "CancelTimer"

const concernsAll = ({ _tag }: Effect): boolean => _tag === "Start" || _tag === "Stop" || _tag === "Clear"

const receiverOf = (effect: Effect): string => {
  switch (effect._tag) {
    case "Send":
      return `channel ${effect.channel}`
    case "Request":
      return `resource ${effect.resource}`
    default:
      return effect._tag
  }
}
