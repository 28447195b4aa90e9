/** Loads a job module: a file whose default export was made by `Job.define`. */
import { existsSync, statSync } from "node:fs"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { type DefinedJob, Job, type JobDefinition, JobModuleInvalid } from "@tidemark/core"
import { Effect, Schema } from "effect"
import { UsageInvalid } from "../failures.ts"
import { decodeJobArguments } from "./jobArguments.ts"

/** Fails: for a path, a module, a default export or arguments that cannot work. Nothing of the job has run then. */
export const loadJob = Effect.fnUntraced(function* (given: {
  readonly module: string
  readonly args: ReadonlyArray<string>
}): Effect.fn.Return<DefinedJob, UsageInvalid | JobModuleInvalid> {
  const url = pathToFileURL(resolve(given.module))
  const definition = yield* importDefinition(given.module, url)
  const args = yield* decodeJobArguments(definition.args, given.args, given.module)
  const job = yield* Effect.try({
    try: () => definition.make(args),
    catch: (cause) =>
      new UsageInvalid({ message: `The job of ${given.module} could not be made: ${causeText(cause)}`, cause })
  })
  return {
    ...job,
    module: { url: url.href, args: Schema.encodeUnknownSync(Schema.toCodecJson(definition.args))(args) }
  }
})

const importDefinition = Effect.fnUntraced(function* (
  module: string,
  url: URL
): Effect.fn.Return<JobDefinition<unknown>, JobModuleInvalid> {
  const path = resolve(module)
  if (existsSync(path) && statSync(path).isFile()) return yield* Job.importDefinition(url, module)
  const problem = existsSync(path) ? "is not a file" : "does not exist"
  return yield* new JobModuleInvalid({ module, problem: `${problem} (${path}). Give the path of a .ts or .js file` })
})

const causeText = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
