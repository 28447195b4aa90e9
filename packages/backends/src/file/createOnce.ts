/**
 * Creates a file whole, durably and at most once: temporary file, sync, `link` to the final name, sync of the names.
 *
 * `rename` would replace what stands there; `link` refuses, so of two writers exactly one wins (B3). A crash at any
 * point leaves no file or the whole one, and at worst a temporary that the next open removes.
 */
import { dirname } from "node:path"
import { type Files, StorageFailure } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"

export interface Creation {
  /** What it is, for messages: `create object`. */
  readonly operation: string
  readonly temporary: string
  readonly path: string
  readonly bytes: Uint8Array
}

/**
 * Answers `exists` when the name is taken. Either answer is durable: a writer that retries after an unknown outcome
 * may take `exists` for its own success once it has read the content.
 *
 * Fails: `outcome: "none"` until the name is linked, `"unknown"` from there on (B4).
 */
export const createOnce = Effect.fnUntraced(function* (
  files: Files,
  creation: Creation
): Effect.fn.Return<"created" | "exists", StorageFailure> {
  const { operation, temporary, path, bytes } = creation
  const failed = (outcome: StorageFailure["outcome"]) => (failure: StorageFailure) =>
    new StorageFailure({ operation, path, reason: failure.reason, outcome, cause: failure.cause ?? failure })

  const linked = files.link(temporary, path).pipe(
    Effect.as("created" as const),
    Effect.catch((failure) =>
      failure.reason === "exists" && failure.outcome === "none"
        ? Effect.succeed("exists" as const)
        : Effect.fail(failed(failure.outcome)(failure))
    )
  )
  const published = yield* files
    .write(temporary, bytes)
    .pipe(Effect.andThen(files.sync(temporary)), Effect.mapError(failed("none")), Effect.andThen(linked), Effect.result)
  // No finalizer: on a device that hangs, a timeout must not wait for it. A temporary that stays does no harm.
  yield* Effect.ignore(files.remove(temporary))
  const result = yield* Effect.fromResult(published)
  yield* Effect.mapError(files.syncDirectory(dirname(path)), failed("unknown"))
  return result
})
