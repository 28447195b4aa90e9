/** Timers of the machines as effects: only those that a configuration lets fire are ever armed. */
import type { Effect } from "../../../packages/checker/src/system/Effect.ts"
import type { Settings, TimerName } from "./Config.ts"

const nameOf = (timer: string): string => {
  if (timer.startsWith("checkpoint:")) return "expiry" satisfies TimerName
  return timer.startsWith("forget:") ? ("forget" satisfies TimerName) : timer
}

export const setTimer = (settings: Settings, timer: string): ReadonlyArray<Effect> =>
  settings.timers.some((name) => name === nameOf(timer)) ? [{ _tag: "SetTimer", timer }] : []

export const cancelTimer = (timer: string): ReadonlyArray<Effect> => [{ _tag: "CancelTimer", timer }]
