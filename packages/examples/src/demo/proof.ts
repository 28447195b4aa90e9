/** Reads what a run has made visible, and compares two runs byte for byte. */
import { createHash } from "node:crypto"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { Schema } from "effect"
import { AirportDay } from "../flight-delays.ts"
import { count, plural } from "./format.ts"
import type { RunSummary } from "./RunLog.ts"

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

interface Evidence {
  readonly output: Output
  /** Of the undisturbed run. */
  readonly reference: Output
  readonly kills: number
}

/** Every reason why the proof does not hold, as sentences; none if it does. */
export const problemsOf = (run: RunSummary, { output, reference, kills }: Evidence): ReadonlyArray<string> => {
  const counted = airportDays(output).reduce((sum, { flights }) => sum + flights, 0)
  const killed = run.processes.length - 1
  return [
    output.bytes.equals(reference.bytes) ? null : difference(output.lines, reference.lines),
    counted === run.records ? null : `The lines count ${count(counted)} flights, the job ${count(run.records)}.`,
    run.lateRecords === 0 ? null : `${plural(run.lateRecords, "flight")} came too late for the window.`,
    killed === kills ? null : `The job was over after ${killed} of ${kills} kills: give it more --flights.`
  ].filter((problem) => problem !== null)
}

const difference = (lines: ReadonlyArray<string>, reference: ReadonlyArray<string>): string => {
  const at = lines.findIndex((line, index) => line !== reference[index])
  const index = at === -1 ? lines.length : at
  return (
    `The outputs differ from sorted line ${index + 1} on: ${lines[index] ?? "the end"} with the kills, ` +
    `${reference[index] ?? "the end"} without.`
  )
}
