/**
 * What of a system can be seen to be wrong without its names: numbers that are none, kinds that there are not.
 *
 * Wrong names are found where they are looked up: see `Layout`.
 */
import type { Channel } from "../system/Channel.ts"
import type { System } from "../system/System.ts"
import { describeValue } from "../values/describeValue.ts"
import { ModelError } from "./errors.ts"

/** The largest number that a word of a state holds. */
const countMax = 2 ** 31 - 1

/** Fails: `ModelError`. */
export const checkSystem = (system: System): void => {
  for (const [fault, budget] of Object.entries(system.faults ?? {})) {
    checkCount(budget, `The budget of fault "${fault}" of system ${system.name}`)
  }
  for (const { name, times } of system.stimuli ?? []) checkCount(times, `"times" of stimulus ${name}`)
  for (const channel of system.channels ?? []) checkChannel(channel)
}

const checkChannel = ({ capacity, duplicates, kind, loses, name, whenDown }: Channel): void => {
  if (capacity !== undefined && capacity !== Number.POSITIVE_INFINITY) {
    checkCount(capacity, `"capacity" of channel ${name}`)
  }
  checkOneOf(kind, ["fifo", "bag", "set"], `"kind" of channel ${name}`)
  checkOneOf(whenDown ?? "clear", ["clear", "keep"], `"whenDown" of channel ${name}`)
  if (kind === "set" && (loses ?? duplicates) !== undefined) {
    const given = loses === undefined ? "duplicates" : "loses"
    throw new ModelError(
      `Channel ${name} is a set and has "${given}": its messages stay, to be received any number of times or never. ` +
        `Remove "${given}", or make it a bag.`
    )
  }
}

const checkOneOf = (value: string, known: ReadonlyArray<string>, what: string): void => {
  if (known.includes(value)) return
  throw new ModelError(`${what} is ${describeValue(value)}; it is one of ${known.join(", ")}.`)
}

const checkCount = (count: number, what: string): void => {
  if (Number.isInteger(count) && count >= 0 && count <= countMax) return
  throw new ModelError(
    `${what} is ${String(count)}; it is a whole number from 0 to ${countMax}. Everything that happens is counted: for ` +
      "something without end use an internal event or a message that stays."
  )
}

/** Budgets of faults that cannot happen, and why: such a model seems to allow more than it does. */
export const idleFaults = (system: System): ReadonlyArray<string> =>
  Object.entries(system.faults ?? {}).flatMap(([fault, budget]) => {
    const at = fault.lastIndexOf(".")
    const [place, kind] = [fault.slice(0, Math.max(0, at)), fault.slice(at + 1)]
    if (budget === 0 || placesOf(system, kind).some((name) => place === "" || name === place)) return []
    const named = place === "" ? "" : ` named ${place}`
    return [`Fault "${fault}" has a budget and never happens: it takes ${needs[kind] ?? "a part"}${named}.`]
  })

const needs: Readonly<Record<string, string>> = {
  crash: "a crash unit",
  lose: "a channel with `loses`",
  duplicate: "a channel with `duplicates`",
  fails: "a resource with `failure`",
  ambiguous: "a resource with `unknown`",
  late: "a resource with `unknown`",
  torn: "a resource with `torn`"
}

const placesOf = ({ channels = [], crashes = [], resources = [] }: System, kind: string): ReadonlyArray<string> => {
  const named = (parts: ReadonlyArray<{ readonly name: string }>) => parts.map(({ name }) => name)
  switch (kind) {
    case "crash":
      return named(crashes)
    case "lose":
      return named(channels.filter(({ loses }) => loses !== undefined))
    case "duplicate":
      return named(channels.filter(({ duplicates }) => duplicates !== undefined))
    case "fails":
      return named(resources.filter(({ failure }) => failure !== undefined))
    case "torn":
      return named(resources.filter(({ torn }) => torn !== undefined))
    default:
      return named(resources.filter(({ unknown }) => unknown !== undefined))
  }
}
