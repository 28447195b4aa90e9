/** Reads what a run has made visible, so that two runs can be compared byte for byte. */
import { createHash } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { Schema } from "effect"
import { AirportDay } from "../flight-delays.ts"

export interface Output {
  readonly files: number
  /** All lines of all visible files, sorted. */
  readonly lines: ReadonlyArray<string>
  readonly bytes: Buffer
  readonly sha256: string
}

/** Fails when something other than a JSONL file is visible. */
export const readOutput = async (directory: string): Promise<Output> => {
  const names = (await readdir(directory)).filter((name) => !name.startsWith("."))
  const foreign = names.filter((name) => !name.endsWith(".jsonl"))
  if (foreign.length > 0) throw new Error(`${directory} shows what is no output: ${foreign.join(", ")}`)
  const contents = await Promise.all(names.map((name) => readFile(join(directory, name), "utf8")))
  const lines = contents.flatMap((content) => content.split("\n").filter((line) => line !== "")).sort()
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""))
  return { files: names.length, lines, bytes, sha256: createHash("sha256").update(bytes).digest("hex") }
}

const decodeLine = Schema.decodeUnknownSync(Schema.fromJsonString(AirportDay))

export const airportDays = (output: Output): ReadonlyArray<AirportDay> => output.lines.map((line) => decodeLine(line))

/** Why the two outputs are not the same, or null if they are. */
export const difference = (killed: Output, uninterrupted: Output): string | null => {
  if (killed.bytes.equals(uninterrupted.bytes)) return null
  const at = killed.lines.findIndex((line, index) => line !== uninterrupted.lines[index])
  const index = at === -1 ? killed.lines.length : at
  return (
    `sorted line ${index + 1} is ${killed.lines[index] ?? "missing"}, ` +
    `but ${uninterrupted.lines[index] ?? "missing"} without the kills`
  )
}
