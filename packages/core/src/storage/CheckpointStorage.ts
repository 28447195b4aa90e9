/**
 * What a backend implements: immutable objects and one log per job.
 *
 * B1 An object or entry is created whole or not at all; a name that exists is never overwritten.
 * B2 What `create*` has answered is durable: it survives a power loss.
 * B3 Of two writers that append at the same slot, exactly one is told `appended`.
 * B4 A failure says whether it had no effect (`outcome: "none"`) or may have had one (`"unknown"`).
 * B5 `taken` and `exists` are durable facts too, and so is a removed entry; a removed object may come back after a
 *    power loss.
 * B6 Nobody looks at the bytes that `create*` and `append*` were given once these have succeeded: the caller may write to
 *    them, or give their memory back.
 */
import type { Effect, Scope } from "effect"
import type { StorageFailure, StorageLocked } from "../model/errors.ts"

export interface CheckpointStorage {
  /** Where it is, for messages: `file checkpoints/`. */
  readonly location: string
  /** Names of the jobs that have an entry in their log here, sorted; empty if there is nothing yet. */
  readonly jobs: Effect.Effect<ReadonlyArray<string>, StorageFailure>
  /** Opens a job for reading; takes no lock and changes nothing. Fails with `missing` for a job never opened here. */
  readonly inspect: (job: string) => Effect.Effect<JobReader, StorageFailure>
  /** Opens a job for writing and excludes other processes until the scope closes. */
  readonly open: (job: string, holder: Holder) => Effect.Effect<JobStorage, StorageFailure | StorageLocked, Scope.Scope>
}

/** Who holds a directory, for the message of a second process. */
export interface Holder {
  /** For example `process 4711 on host "a"`. */
  readonly name: string
  /** ISO 8601. */
  readonly since: string
}

export interface StoredObject {
  readonly name: string
  /** Bytes. */
  readonly size: number
}

export interface JobReader {
  readonly readObject: (name: string) => Effect.Effect<Uint8Array, StorageFailure>
  /** All objects, sorted by name. */
  readonly listObjects: Effect.Effect<ReadonlyArray<StoredObject>, StorageFailure>
  readonly readEntry: (slot: number) => Effect.Effect<Uint8Array, StorageFailure>
  /** Slots of the log that hold an entry, ascending; retired entries leave gaps, the last one is never removed. */
  readonly listEntries: Effect.Effect<ReadonlyArray<number>, StorageFailure>
  /** Where a name is, for messages: an object's or entry's path. */
  readonly pathOf: (name: { readonly object: string } | { readonly slot: number }) => string
}

export interface JobStorage extends JobReader {
  /**
   * Names are unique to a term: `/`-separated segments of `[A-Za-z0-9._~-]` that do not begin with a dot, at most 255
   * characters in all; users' names in them are encoded by {@link objectName}. Others are refused as `invalid`.
   */
  readonly createObject: (name: string, bytes: Uint8Array) => Effect.Effect<void, StorageFailure>
  /** Removing what is not there succeeds. */
  readonly deleteObject: (name: string) => Effect.Effect<void, StorageFailure>
  readonly appendEntry: (slot: number, bytes: Uint8Array) => Effect.Effect<"appended" | "taken", StorageFailure>
  /** Removing what is not there succeeds. */
  readonly deleteEntry: (slot: number) => Effect.Effect<void, StorageFailure>
}

/** What it takes to read state objects. */
export type ObjectReader = Pick<JobReader, "readObject" | "pathOf">

/** What a subtask needs of the storage of its job. */
export type ObjectStorage = Pick<JobStorage, "readObject" | "createObject" | "deleteObject" | "pathOf">
