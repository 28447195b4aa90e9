import { Schema, SchemaTransformation } from "effect"

const units: Readonly<Record<string, string>> = { ms: "millis", s: "seconds", m: "minutes", h: "hours" }

const spelledOut = (text: string): string =>
  text.replace(/^([\d.]+)\s*(ms|s|m|h)$/, (_, count: string, unit: string) => `${count} ${units[unit]}`)

/** A duration as people type it on a command line: `200ms`, `1s`, and Effect's own `200 millis`. */
export const ShortDuration = Schema.String.check(
  Schema.isPattern(/^\d+(\.\d+)?\s*(ms|s|m|h|millis?|seconds?|minutes?|hours?)$/, {
    expected: "a duration such as 200ms, 1s or 5 minutes"
  })
).pipe(
  Schema.decodeTo(Schema.String, SchemaTransformation.transform({ decode: spelledOut, encode: (text) => text })),
  Schema.decodeTo(Schema.DurationFromString)
)
