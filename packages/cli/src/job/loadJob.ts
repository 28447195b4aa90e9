/** Loads a job module: a file whose default export was made by `Job.define`. */
import { existsSync, statSync } from "node:fs"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { type DefinedJob, Job, type JobDefinition } from "@tidemark/core"
import { Effect, Schema } from "effect"
import { UsageInvalid } from "../failures.ts"
import { decodeJobArguments } from "./jobArguments.ts"

const howToDefine =
  "A job module ends with `export default Job.define(argumentsSchema, (args) => ({ pipeline, checkpoint }))`."

/** Fails: for a path, a module, a default export or arguments that cannot work. Nothing of the job has run then. */
export const loadJob = Effect.fnUntraced(function* (given: {
  readonly module: string
  readonly args: ReadonlyArray<string>
}): Effect.fn.Return<DefinedJob, UsageInvalid> {
  const definition = yield* importDefinition(given.module)
  const args = yield* decodeJobArguments(definition.args, given.args, given.module)
  const job = yield* Effect.try({
    try: () => definition.make(args),
    catch: (cause) =>
      new UsageInvalid({ message: `The job of ${given.module} could not be made: ${causeText(cause)}`, cause })
  })
  const url = pathToFileURL(resolve(given.module)).href
  return { ...job, module: { url, args: Schema.encodeUnknownSync(Schema.toCodecJson(definition.args))(args) } }
})

const importDefinition = Effect.fnUntraced(function* (
  module: string
): Effect.fn.Return<JobDefinition<unknown>, UsageInvalid> {
  const path = resolve(module)
  if (!existsSync(path) || !statSync(path).isFile()) {
    const problem = existsSync(path) ? "is not a file" : "does not exist"
    return yield* new UsageInvalid({
      message: `Module ${module} ${problem} (${path}). Give the path of a .ts or .js file. ${howToDefine}`
    })
  }
  const loaded: unknown = yield* Effect.tryPromise({
    try: () => import(pathToFileURL(path).href),
    catch: (cause) => new UsageInvalid({ message: `Module ${module} could not be loaded: ${causeText(cause)}`, cause })
  })
  const definition = typeof loaded === "object" && loaded !== null && "default" in loaded ? loaded.default : undefined
  if (Job.isDefinition(definition)) return definition
  const problem = definition === undefined ? "has no default export" : "exports something else by default than a job"
  return yield* new UsageInvalid({ message: `Module ${module} ${problem}. ${howToDefine}` })
})

const causeText = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
