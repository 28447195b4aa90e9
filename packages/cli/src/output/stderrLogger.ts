/** What the runtime logs, on standard error: one line each, above the status line, or an object of JSON. */
import { Cause, Logger } from "effect"
import { type LogLevel, stderr } from "./StatusOutput.ts"

const levels: Readonly<Record<string, LogLevel>> = { Warn: "warn", Error: "error", Fatal: "error", Info: "info" }

const textOf = (part: unknown): string => {
  if (typeof part === "string") return part
  if (Cause.isCause(part)) return textOf(Cause.squash(part))
  if (part instanceof Error) return part.message
  return JSON.stringify(part)
}

export const stderrLogger = Logger.make<unknown, void>(({ logLevel, message }) => {
  const parts = Array.isArray(message) ? message : [message]
  const text = parts
    .map(textOf)
    .join(" ")
    .replaceAll(/\s*\n\s*/g, " ")
  stderr.log(levels[logLevel] ?? "debug", text)
})
