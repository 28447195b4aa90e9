/** `tidemark-check check`: searches the systems of a module and says what holds. */
import { writeFileSync } from "node:fs"
import { dirname, relative, resolve } from "node:path"
import { compileSystem } from "../engine/compileSystem.ts"
import { check } from "../search/check.ts"
import type { Report, Violation } from "../search/Report.ts"
import { formatWalk } from "../trace/formatTrace.ts"
import { toJson } from "../trace/json.ts"
import { walkToMermaid } from "../trace/toMermaid.ts"
import { toVitest } from "../trace/toVitest.ts"
import { type Walk, walk } from "../trace/walk.ts"
import { chooseModels } from "./chooseModels.ts"
import { exitCodes, messageOf, UsageInvalid } from "./failures.ts"
import { loadModels } from "./moduleContract.ts"
import type { Command, CounterexampleFiles } from "./parseCommand.ts"
import { reportText } from "./reportText.ts"

type CheckCommand = Extract<Command, { readonly _tag: "Check" }>

/** Answers the exit code. */
export const checkModule = async (command: CheckCommand, print: (text: string) => void): Promise<number> => {
  const { files, module, options, system } = command
  let exitCode: number = exitCodes.fine
  let first: Counterexample | null = null
  for (const model of chooseModels(await loadModels(module), system)) {
    const asked = { ...model.options, ...options }
    const report = check(model.system, model.properties ?? [], asked)
    print(reportText(report, model.properties ?? []))
    for (const violation of report.violations) {
      const walked = walk(compileSystem(model.system), violation.trace)
      print(`\n${formatWalk(walked, violation)}`)
      first ??= { module, violation, walked }
    }
    if (!isFine(report, asked.statesMax)) exitCode = exitCodes.violated
  }
  if (first !== null) for (const line of writeFiles(files, first)) print(line)
  return exitCode
}

/** A search that ended early is fine only where it was told to end. */
const isFine = ({ holds, isComplete, states, violations }: Report, statesMax = Number.POSITIVE_INFINITY): boolean =>
  holds || (violations.length === 0 && !isComplete && states > statesMax)

interface Counterexample {
  readonly module: string
  readonly violation: Violation
  readonly walked: Walk
}

const writeFiles = (
  { mermaid, trace, vitest }: CounterexampleFiles,
  { module, violation, walked }: Counterexample
): ReadonlyArray<string> => [
  ...written("Trace", trace, () => toJson(violation.trace)),
  ...written("Test", vitest, (file) => toVitest({ ...violation, module: specifierOf(module, file) })),
  ...written("Sequence diagram", mermaid, () => `${walkToMermaid(walked)}\n`)
]

/** The module as a file elsewhere imports it. */
const specifierOf = (module: string, file: string): string => {
  const path = relative(dirname(resolve(file)), resolve(module)).replaceAll("\\", "/")
  return path.startsWith(".") ? path : `./${path}`
}

const written = (what: string, file: string | undefined, textFor: (file: string) => string): ReadonlyArray<string> => {
  if (file === undefined) return []
  try {
    writeFileSync(file, textFor(file))
    return [`${what} of the first counterexample written to ${file}`]
  } catch (cause) {
    throw new UsageInvalid(`${file} could not be written: ${messageOf(cause)}`, { cause })
  }
}
