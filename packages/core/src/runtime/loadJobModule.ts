/** Loads a job module: in the thread that starts the job, and in each of its worker threads. */
import { Effect, Result, Schema } from "effect"
import { JobModuleInvalid } from "../model/errors.ts"
import type { Json } from "../model/Json.ts"
import type { DefinedJob, JobDefinition } from "./JobDefinition.ts"

/** Fails: for a module that cannot be imported or whose default export is no job definition; `shownAs` names it then. */
export const importJobDefinition = Effect.fnUntraced(function* (
  url: string,
  shownAs = url
): Effect.fn.Return<JobDefinition<unknown>, JobModuleInvalid> {
  const loaded: unknown = yield* Effect.tryPromise({
    try: () => import(/* @vite-ignore */ url),
    catch: (cause) =>
      new JobModuleInvalid({ module: shownAs, problem: `could not be loaded: ${causeText(cause)}`, cause })
  })
  const definition = typeof loaded === "object" && loaded !== null && "default" in loaded ? loaded.default : undefined
  if (isJobDefinition(definition)) return definition
  return yield* new JobModuleInvalid({
    module: shownAs,
    problem: definition === undefined ? "has no default export" : "exports something else by default than a job"
  })
})

/** The job of a module for arguments as JSON, with what a thread needs to load it again. */
export const loadJobModule = Effect.fnUntraced(function* (
  url: string,
  args: Json
): Effect.fn.Return<DefinedJob, JobModuleInvalid> {
  const definition = yield* importJobDefinition(url)
  const decoded = Schema.decodeUnknownResult(Schema.toCodecJson(definition.args))(args)
  if (Result.isFailure(decoded)) {
    return yield* new JobModuleInvalid({
      module: url,
      problem: `does not take these arguments: ${decoded.failure.message}`
    })
  }
  const job = yield* Effect.try({
    try: () => definition.make(decoded.success),
    catch: (cause) =>
      new JobModuleInvalid({ module: url, problem: `could not make its job: ${causeText(cause)}`, cause })
  })
  return { ...job, module: { url, args } }
})

/** By structure, not by class: the module may have an instance of the library of its own. */
const isJobDefinition = (value: unknown): value is JobDefinition<unknown> =>
  typeof value === "object" &&
  value !== null &&
  "_tag" in value &&
  value._tag === "JobDefinition" &&
  "args" in value &&
  Schema.isSchema(value.args) &&
  "make" in value &&
  typeof value.make === "function"

const causeText = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
