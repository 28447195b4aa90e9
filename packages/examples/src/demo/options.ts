import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

export interface DemoOptions {
  readonly flights: number
  /** Everything that the demo writes lies below. */
  readonly directory: string
  readonly checkpointEveryMs: number
}

const root = fileURLToPath(new URL("../../../../", import.meta.url))
const text = { type: "string" } as const

/** Fails: throws for options that are unknown or no whole numbers. */
export const readOptions = (args: ReadonlyArray<string>): DemoOptions => {
  const { values } = parseArgs({ args: [...args], options: { flights: text, out: text, "checkpoint-every": text } })
  return {
    flights: wholeNumber("--flights", values.flights ?? "3000000"),
    directory: resolve(values.out ?? join(root, "out/demo")),
    checkpointEveryMs: wholeNumber("--checkpoint-every", values["checkpoint-every"] ?? "100")
  }
}

const wholeNumber = (option: string, value: string): number => {
  if (/^[1-9]\d*$/.test(value)) return Number(value)
  throw new RangeError(`Option ${option} is "${value}"; use a whole number of at least 1.`)
}
