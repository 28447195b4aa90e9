/** The command line of `tidemark-check`. */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util"
import type { CheckOptions } from "../search/Report.ts"
import { messageOf, UsageInvalid } from "./failures.ts"

export type Command =
  | { readonly _tag: "Help" }
  | {
      readonly _tag: "Check"
      readonly module: string
      /** Null: all of the module. */
      readonly system: string | null
      readonly options: CheckOptions
      readonly files: CounterexampleFiles
    }
  | {
      readonly _tag: "Explore"
      readonly module: string
      readonly system: string | null
      readonly port: number
      readonly options: CheckOptions
    }
  | { readonly _tag: "Replay"; readonly module: string; readonly trace: string }

/** Where the first counterexample is written. */
export interface CounterexampleFiles {
  readonly trace?: string
  readonly vitest?: string
  readonly mermaid?: string
}

export const usage = `tidemark-check: explores every state of a system of XState machines.

  tidemark-check check <module>                 search, print what holds and the shortest counterexample
  tidemark-check explore <module>               walk through the states in a browser
  tidemark-check replay <module> <trace.json>   walk a counterexample with today's machines

The module's default export is { system, properties?, options? }, or a list of such.

check, explore:
  --system <name>          only this system of the module
  --strategy <strategy>    breadth-first (default: shortest counterexamples) or depth-first
  --visited <mode>         exact (default), compact (64 bits a state) or bitstate (a few bits a state)
  --bits <count>           size of bitstate's array, a power of two; default 4294967296, half a gibibyte
  --[no-]symmetry          one state of every orbit of the system's symmetric groups
  --states-max <count>     stop there
  --keep-going             go on after the first violation
check:
  --trace <file>           write the first counterexample as JSON, for replay
  --vitest <file>          ... as a test
  --mermaid <file>         ... as a sequence diagram
explore:
  --port <port>            default: a free one

Exit codes: 0 nothing is wrong, 1 a property is violated or unproven, 2 the command or the model is wrong.`

const searchFlags = {
  system: { type: "string" },
  strategy: { type: "string" },
  visited: { type: "string" },
  bits: { type: "string" },
  symmetry: { type: "boolean" },
  "states-max": { type: "string" },
  "keep-going": { type: "boolean" }
} as const satisfies ParseArgsOptionsConfig

const fileFlags = {
  trace: { type: "string" },
  vitest: { type: "string" },
  mermaid: { type: "string" }
} as const satisfies ParseArgsOptionsConfig

const help = { help: { type: "boolean", short: "h" } } as const satisfies ParseArgsOptionsConfig

/** Fails: `UsageInvalid` for a command line that is none. */
export const parseCommand = (args: ReadonlyArray<string>): Command => {
  const [name, ...rest] = args
  switch (name) {
    case "check":
      return parseCheck(rest)
    case "explore":
      return parseExplore(rest)
    case "replay":
      return parseReplay(rest)
    case undefined:
    case "help":
    case "--help":
    case "-h":
      return { _tag: "Help" }
    default:
      throw misused(`There is no command "${name}"; there are: check, explore, replay.`)
  }
}

const parseCheck = (args: ReadonlyArray<string>): Command => {
  const { positionals, values } = parsed(args, { ...searchFlags, ...fileFlags, ...help })
  if (values.help === true) return { _tag: "Help" }
  const [module = ""] = named(positionals, ["module"])
  const { mermaid, trace, vitest } = values
  const files = {
    ...(trace === undefined ? {} : { trace }),
    ...(vitest === undefined ? {} : { vitest }),
    ...(mermaid === undefined ? {} : { mermaid })
  }
  return { _tag: "Check", module, system: values.system ?? null, options: searchOptions(values), files }
}

const parseExplore = (args: ReadonlyArray<string>): Command => {
  const { positionals, values } = parsed(args, { ...searchFlags, port: { type: "string" }, ...help })
  if (values.help === true) return { _tag: "Help" }
  const [module = ""] = named(positionals, ["module"])
  const port = values.port === undefined ? 0 : wholeNumber("port", values.port, 65_535)
  return { _tag: "Explore", module, system: values.system ?? null, port, options: searchOptions(values) }
}

const parseReplay = (args: ReadonlyArray<string>): Command => {
  const { positionals, values } = parsed(args, help)
  if (values.help === true) return { _tag: "Help" }
  const [module = "", trace = ""] = named(positionals, ["module", "trace.json"])
  return { _tag: "Replay", module, trace }
}

const parsed = <const Options extends ParseArgsOptionsConfig>(args: ReadonlyArray<string>, options: Options) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, allowNegative: true, strict: true })
  } catch (cause) {
    throw misused(messageOf(cause))
  }
}

/** As many as there are names. */
const named = (positionals: ReadonlyArray<string>, names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const missing = names.slice(positionals.length)
  if (missing.length > 0) throw misused(`${missing.map((name) => `<${name}>`).join(" and ")} missing.`)
  const surplus = positionals.slice(names.length)
  if (surplus.length > 0) throw misused(`What is "${surplus.join(" ")}"? One module at a time.`)
  return positionals
}

interface SearchValues {
  readonly strategy?: string | undefined
  readonly visited?: string | undefined
  readonly bits?: string | undefined
  readonly symmetry?: boolean | undefined
  readonly "states-max"?: string | undefined
  readonly "keep-going"?: boolean | undefined
}

const searchOptions = (values: SearchValues): CheckOptions => {
  const { bits, strategy, symmetry, visited } = values
  const statesMax = values["states-max"]
  return {
    ...(strategy === undefined ? {} : { strategy: oneOf("strategy", strategy, ["breadth-first", "depth-first"]) }),
    ...(visited === undefined ? {} : { visited: oneOf("visited", visited, ["exact", "compact", "bitstate"]) }),
    ...(bits === undefined ? {} : { bits: wholeNumber("bits", bits, 2 ** 36) }),
    ...(symmetry === undefined ? {} : { symmetry }),
    ...(statesMax === undefined ? {} : { statesMax: wholeNumber("states-max", statesMax, Number.MAX_SAFE_INTEGER) }),
    ...(values["keep-going"] === undefined ? {} : { continueAfterViolation: values["keep-going"] })
  }
}

const oneOf = <const Choice extends string>(flag: string, given: string, choices: ReadonlyArray<Choice>): Choice => {
  const found = choices.find((choice) => choice === given)
  if (found !== undefined) return found
  throw misused(`--${flag} is one of ${choices.join(", ")}; "${given}" is none.`)
}

const wholeNumber = (flag: string, given: string, max: number): number => {
  const number = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN
  if (number <= max) return number
  throw misused(`--${flag} takes a whole number up to ${max}; "${given}" is none.`)
}

const misused = (problem: string): UsageInvalid => new UsageInvalid(`${problem} \`tidemark-check --help\` says more.`)
