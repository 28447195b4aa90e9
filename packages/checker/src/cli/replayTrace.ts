/** `tidemark-check replay`: walks a counterexample with today's machines, and says whether anything is still wrong. */
import { readFileSync } from "node:fs"
import { compileSystem } from "../engine/compileSystem.ts"
import type { Property } from "../property/Property.ts"
import { formatWalk } from "../trace/formatTrace.ts"
import { fromJson } from "../trace/json.ts"
import { violationOn } from "../trace/judge.ts"
import { TraceDiverged, walk } from "../trace/walk.ts"
import { chooseModels } from "./chooseModels.ts"
import { exitCodes, messageOf, UsageInvalid } from "./failures.ts"
import { loadModels } from "./moduleContract.ts"
import type { Command } from "./parseCommand.ts"

type ReplayCommand = Extract<Command, { readonly _tag: "Replay" }>

/** Answers the exit code: 1 if the trace still shows a violation, or cannot be walked any more. */
export const replayTrace = async (command: ReplayCommand, print: (text: string) => void): Promise<number> => {
  const models = await loadModels(command.module)
  const trace = fromJson(read(command.trace))
  const [model] = chooseModels(models, trace.system)
  if (model === undefined) return exitCodes.usage
  try {
    const walked = walk(compileSystem(model.system), trace)
    print(formatWalk(walked))
    const violated = (model.properties ?? []).filter(isJudged).flatMap((property) => {
      const problem = violationOn(walked, property)
      return problem === null ? [] : [`"${property.name}" is violated: ${problem}`]
    })
    for (const line of violated) print(line)
    if (violated.length === 0) print("The trace can be walked, and nothing is wrong on it.")
    return violated.length === 0 ? exitCodes.fine : exitCodes.violated
  } catch (error) {
    if (!(error instanceof TraceDiverged)) throw error
    print(error.message)
    return exitCodes.violated
  }
}

/** Where a trace does not lead does not matter to it: what it does not show is not missing. */
const isJudged = ({ _tag }: Property): boolean => _tag !== "Sometimes"

const read = (file: string): string => {
  try {
    return readFileSync(file, "utf8")
  } catch (cause) {
    throw new UsageInvalid(`Trace ${file} could not be read: ${messageOf(cause)}`, { cause })
  }
}
