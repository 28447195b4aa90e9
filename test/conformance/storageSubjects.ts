import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Encrypted, type EncryptionKeys } from "@tidemark/backends/encrypted"
import { FileStorage } from "@tidemark/backends/file"
import { MemoryStorage } from "@tidemark/backends/memory"
import { ReplicatedStorage } from "@tidemark/backends/replicated"
import type { CheckpointStorage, Holder, JobStorage, StorageFailure, StorageLocked } from "@tidemark/core/storage"
import { type Connect, SimulatedFiles } from "@tidemark/core/testing"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import { interleaved } from "./interleaved.ts"

/** A directory of its own for a test, removed with the scope. */
export const temporaryDirectory: Effect.Effect<string, never, Scope> = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "tidemark-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

export const holder: Holder = { name: 'process 1 on host "a"', since: "2001-01-01T00:00:00.000Z" }

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Opens the job `job` for as long as `use` takes. */
export const withJob = <A, E>(
  storage: CheckpointStorage,
  use: (job: JobStorage) => Effect.Effect<A, E, Scope>
): Effect.Effect<A, E | StorageFailure | StorageLocked> =>
  Effect.scoped(Effect.flatMap(storage.open("job", holder), use))

export interface StorageSubject {
  readonly name: string
  /** An empty store. */
  readonly make: Effect.Effect<Connect, never, Scope>
}

const keys: EncryptionKeys = { current: "k2", keys: { k1: "11".repeat(32), k2: "22".repeat(32) } }

export const storageSubjects: ReadonlyArray<StorageSubject> = [
  {
    name: "memory",
    make: Effect.sync(() => {
      const storage = MemoryStorage.make()
      return () => storage
    })
  },
  {
    name: "file",
    make: Effect.map(temporaryDirectory, (path) => () => FileStorage.at(join(path, "new", "checkpoints")))
  },
  {
    name: "file over simulated files",
    make: Effect.sync(() => {
      const disk = SimulatedFiles.make()
      return () => FileStorage.at("checkpoints", { files: interleaved(disk.files) })
    })
  },
  {
    name: "replicated over memory",
    make: Effect.sync(() => {
      const stores = [MemoryStorage.make(), MemoryStorage.make(), MemoryStorage.make()]
      return () => ReplicatedStorage.make({ stores })
    })
  },
  {
    name: "replicated over file",
    make: Effect.map(
      temporaryDirectory,
      (path) => () =>
        ReplicatedStorage.make({ stores: ["a", "b", "c"].map((name) => FileStorage.at(join(path, name))) })
    )
  },
  {
    name: "encrypted file",
    make: Effect.map(temporaryDirectory, (path) => () => Encrypted.over(FileStorage.at(path), { keys }))
  },
  {
    name: "encrypted replicated",
    make: Effect.sync(() => {
      const stores = [MemoryStorage.make(), MemoryStorage.make(), MemoryStorage.make()]
      return () => Encrypted.over(ReplicatedStorage.make({ stores }), { keys })
    })
  },
  {
    name: "replicated over encrypted",
    make: Effect.sync(() => {
      const stores = [MemoryStorage.make(), MemoryStorage.make(), MemoryStorage.make()].map((store) =>
        Encrypted.over(store, { keys })
      )
      return () => ReplicatedStorage.make({ stores })
    })
  }
]
