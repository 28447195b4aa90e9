/** Durations as the user writes them, as whole milliseconds. */
import { Duration, Option } from "effect"

/** Null for what is no duration, is infinite, or is no whole number of milliseconds. */
export const wholeMillis = (input: Duration.Input): number | null => {
  const duration = Duration.fromInput(input)
  if (Option.isNone(duration)) return null
  const millis = Duration.toMillis(duration.value)
  return Number.isSafeInteger(millis) ? millis : null
}

const units = [
  { name: "day", millis: 86_400_000 },
  { name: "hour", millis: 3_600_000 },
  { name: "minute", millis: 60_000 },
  { name: "second", millis: 1_000 },
  { name: "millisecond", millis: 1 }
]

/** `1 day`, `90 seconds`. */
export const durationText = (millis: number): string => {
  const unit = units.find((candidate) => millis !== 0 && millis % candidate.millis === 0)
  const { millis: unitMillis, name } = unit ?? { name: "millisecond", millis: 1 }
  const count = millis / unitMillis
  return `${count} ${name}${count === 1 ? "" : "s"}`
}

/** What the user wrote, for messages about what is no duration. */
export const durationInputText = (input: Duration.Input): string =>
  Duration.isDuration(input) ? Duration.format(input) : typeof input === "bigint" ? `${input}n` : JSON.stringify(input)
