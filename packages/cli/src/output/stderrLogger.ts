/** What the runtime logs, on standard error: one line each, above the status line. */
import { Cause, Logger } from "effect"
import { stderr } from "./StatusOutput.ts"

const words: Readonly<Record<string, string>> = { Warn: "warning", Error: "error", Fatal: "error" }

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
  stderr.line(`${words[logLevel] ?? logLevel.toLowerCase()}: ${text}`)
})
