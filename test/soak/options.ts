/** What the command line of the soak says. */
import { parseArgs } from "node:util"

export interface SoakOptions {
  readonly minutes: number
  readonly seed: number
  /** Share of the time that one process runs without a kill: 0 to 1. */
  readonly steadyShare: number
}

export const usage = `usage: npm run soak -- [--minutes <number>] [--seed <whole number>] [--steady <share>]

  --minutes  how long it takes, about; 10 if left out
  --seed     chooses the moments of the kills; 1 if left out
  --steady   share of the time, 0 to 1, in which one process runs without kills; 0.5 if left out`

/** A sentence when the options cannot be used. */
export const parseOptions = (args: ReadonlyArray<string>): SoakOptions | string => {
  const given = readArgs(args)
  if (typeof given === "string") return given
  const [minutes, seed, steadyShare] = [given.minutes ?? "10", given.seed ?? "1", given.steady ?? "0.5"].map((text) =>
    text.trim() === "" ? Number.NaN : Number(text)
  )
  if (minutes === undefined || !(minutes > 0) || !Number.isFinite(minutes)) {
    return `--minutes ${given.minutes} is no number above 0.`
  }
  if (seed === undefined || !Number.isSafeInteger(seed) || seed < 0) {
    return `--seed ${given.seed} is no whole number from 0.`
  }
  if (steadyShare === undefined || !(steadyShare >= 0 && steadyShare <= 1)) {
    return `--steady ${given.steady} is no number from 0 to 1.`
  }
  return { minutes, seed, steadyShare }
}

interface Given {
  readonly minutes?: string
  readonly seed?: string
  readonly steady?: string
}

const readArgs = (args: ReadonlyArray<string>): Given | string => {
  const text = { type: "string" } as const
  try {
    return parseArgs({ args: [...args], options: { minutes: text, seed: text, steady: text } }).values
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
