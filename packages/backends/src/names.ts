/**
 * The names that a backend takes: nothing hidden, nothing that leads out of its directory, short enough for a file name.
 */
import { objectName, StorageFailure } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"

const lengthMax = 255

const invalid = (operation: string, path: string, problem: string): StorageFailure =>
  new StorageFailure({ operation, path, reason: "invalid", outcome: "none", cause: new Error(problem) })

/** Encodes a job's name as a path segment. Fails with `invalid` for a name that is empty, too long or not Unicode. */
export const encodeJob = (job: string): Effect.Effect<string, StorageFailure> => {
  const refuse = (problem: string) => Effect.fail(invalid("open job", JSON.stringify(job), problem))
  if (job === "") return refuse("a job needs a name")
  if (!job.isWellFormed()) return refuse("the name is not valid Unicode")
  const encoded = objectName(job)
  if (encoded.length > lengthMax) return refuse(`the name takes ${encoded.length} characters, at most ${lengthMax} fit`)
  return Effect.succeed(encoded)
}

const segments = /^[A-Za-z0-9_~-][A-Za-z0-9._~-]*(\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$/

export const isObjectName = (name: string): boolean => name.length <= lengthMax && segments.test(name)

/** Fails with `invalid` for a name that is not of the contract's form. */
export const checkObjectName = (operation: string, name: string): Effect.Effect<void, StorageFailure> =>
  isObjectName(name)
    ? Effect.void
    : Effect.fail(invalid(operation, JSON.stringify(name), "object names are segments of [A-Za-z0-9._~-]"))

/** Fails with `invalid` for what is no slot of a log. */
export const checkSlot = (operation: string, slot: number): Effect.Effect<void, StorageFailure> =>
  Number.isSafeInteger(slot) && slot >= 0
    ? Effect.void
    : Effect.fail(invalid(operation, `log entry ${slot}`, "slots are integers from 0"))
