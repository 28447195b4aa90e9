/**
 * The file-system seam under the file backend and the file sinks. A simulated implementation drops what was not synced.
 *
 * F1 `sync` makes the content of a file durable, `syncDirectory` its names; nothing else does.
 * F2 `link` fails with `exists` instead of replacing; `rename` replaces silently.
 */
import type { Effect } from "effect"
import type { StorageFailure } from "../model/errors.ts"

export interface Files {
  /** Creates missing parents; an existing directory is fine. New names are synced up to the first that existed. */
  readonly makeDirectory: (path: string) => Effect.Effect<void, StorageFailure>
  /** Creates or truncates the file and writes all bytes; not durable before `sync`. */
  readonly write: (path: string, bytes: Uint8Array) => Effect.Effect<void, StorageFailure>
  /** Appends all bytes, creating the file if it is missing; not durable before `sync`. */
  readonly append: (path: string, bytes: Uint8Array) => Effect.Effect<void, StorageFailure>
  readonly sync: (path: string) => Effect.Effect<void, StorageFailure>
  readonly syncDirectory: (path: string) => Effect.Effect<void, StorageFailure>
  readonly link: (from: string, to: string) => Effect.Effect<void, StorageFailure>
  readonly rename: (from: string, to: string) => Effect.Effect<void, StorageFailure>
  /** Removing what is not there succeeds. */
  readonly remove: (path: string) => Effect.Effect<void, StorageFailure>
  readonly read: (path: string) => Effect.Effect<Uint8Array, StorageFailure>
  readonly size: (path: string) => Effect.Effect<number, StorageFailure>
  /** Names in a directory, sorted; fails with `missing`. */
  readonly list: (path: string) => Effect.Effect<ReadonlyArray<string>, StorageFailure>
}
