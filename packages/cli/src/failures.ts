/**
 * What the command line says when something does not work, and its exit codes.
 *
 * 0 it worked, or there was nothing left to do · 1 the job or a file failed; run again once the cause is gone ·
 * 2 the command, the module or its options are wrong · 3 refused to protect what is stored: directory in use, changed
 * pipeline, output ahead, damaged or unknown checkpoint · 70 a bug · 130, 143 stopped at once by a second signal
 */
import { Data } from "effect"
import type { StopSignal } from "./signals.ts"
import { exitCodeOfSignal } from "./signals.ts"

/** The command, the module or its options cannot work; nothing was started. */
export class UsageInvalid extends Data.TaggedError("UsageInvalid")<{
  readonly message: string
  readonly cause?: unknown
}> {}

/** A second signal came before the job had stopped. */
export class StoppedAtOnce extends Data.TaggedError("StoppedAtOnce")<{
  readonly job: string
  readonly signal: StopSignal
}> {
  override get message(): string {
    return `Job "${this.job}" was stopped at once by a second signal (${this.signal}). Run the same command to resume it.`
  }
}

export const exitCodes = { fine: 0, failed: 1, usage: 2, refused: 3, bug: 70 } as const

const usage: ReadonlySet<string> = new Set(["UsageInvalid", "PipelineInvalid", "JobModuleInvalid"])

const refused: ReadonlySet<string> = new Set([
  "StorageLocked",
  "Fenced",
  "SnapshotCorrupt",
  "FormatTooNew",
  "PipelineChanged",
  "NothingToRestore",
  "OutputAhead",
  "CheckpointUnknown",
  "CheckpointRetired",
  "StateUnknown"
])

const failed: ReadonlySet<string> = new Set([
  "StorageFailure",
  "UserFunctionFailed",
  "RecordInvalid",
  "RecordTooLarge",
  "StateValueInvalid",
  "StateTooLarge",
  "SourceFailure",
  "SinkFailure",
  "ThreadDied",
  "CheckpointRefused",
  "SavepointRefused",
  "StopRefused",
  "JobNotRunning",
  "RequestRefused",
  "AnswerLost",
  "AnswerUnknown",
  "JobFailed"
])

export interface FailureText {
  readonly text: string
  readonly exitCode: number
}

/** Says what a failure means for whoever typed the command. */
export const describeFailure = (error: unknown): FailureText => {
  if (error instanceof StoppedAtOnce) return { text: error.message, exitCode: exitCodeOfSignal[error.signal] }
  const tag = tagOf(error)
  if (tag === "JobFailed" && error instanceof Error) {
    const cause = error.cause
    // No failure of its own: the job's message says why it gave up.
    if (cause === null || cause === undefined) return { text: error.message, exitCode: exitCodes.failed }
    const { exitCode, text } = describeFailure(cause)
    return exitCode === exitCodes.failed ? { text: error.message, exitCode } : { text, exitCode }
  }
  const text = error instanceof Error ? error.message : String(error)
  if (usage.has(tag)) return { text, exitCode: exitCodes.usage }
  if (refused.has(tag)) return { text, exitCode: exitCodes.refused }
  if (failed.has(tag)) return { text, exitCode: exitCodes.failed }
  return {
    text: `${text}. This is a bug in Tidemark or in a connector: please report it with the output of --debug.`,
    exitCode: exitCodes.bug
  }
}

const tagOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "_tag" in error ? String(error._tag) : ""

/** The stack traces of an error and its causes, for `--debug`. */
export const stackText = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const own = error.stack ?? error.message
  return error.cause === undefined || error.cause === null ? own : `${own}\ncaused by ${stackText(error.cause)}`
}
