/**
 * Checkpoints in a directory of a local file system; see `layout.ts` for what lies where.
 *
 * Two processes on one directory are told apart by a lock of the kernel; what they can do to each other without it is
 * bounded by the log, whose entries are created once. Not for network file systems without working `link` and `fsync`.
 */
import { dirname } from "node:path"
import { nodeFiles } from "@tidemark/core/files"
import type { CheckpointStorage, Files, Holder, StorageFailure } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"
import { makeJobExclusion } from "../jobExclusion.ts"
import { encodeJob } from "../names.ts"
import { fileJob, fileReader } from "./fileJob.ts"
import { type DirectoryLock, kernelLock } from "./kernelLock.ts"
import { isTemporary, type JobLayout, jobLayout, jobOf, temporaryName } from "./layout.ts"
import { sharedLock } from "./sharedLock.ts"

export interface FileStorageOptions {
  /** Another file system, for tests. There is no kernel's lock then: only this storage itself excludes a second open. */
  readonly files?: Files
}

const noLock: DirectoryLock = () => Effect.void

/** Makes durable what an earlier process may have made and not synced before it was killed. */
const syncNames = (files: Files, root: string, layout: JobLayout): Effect.Effect<void, StorageFailure> =>
  Effect.gen(function* () {
    // A parent that this user cannot read was made by somebody else, who answers for it.
    yield* Effect.catchIf(
      files.syncDirectory(dirname(root)),
      (failure) => failure.reason === "denied",
      () => Effect.void
    )
    yield* Effect.forEach([root, layout.directory, layout.log, layout.objects], files.syncDirectory, { discard: true })
  })

/** Only the holder of the lock writes, so temporaries found at open are of a process that is gone. */
const removeTemporaries = (files: Files, layout: JobLayout): Effect.Effect<void, StorageFailure> =>
  Effect.flatMap(files.list(layout.directory), (names) =>
    Effect.forEach(names.filter(isTemporary), (name) => files.remove(`${layout.directory}/${name}`), { discard: true })
  )

const isLogged = (files: Files, layout: JobLayout): Effect.Effect<boolean, StorageFailure> =>
  fileReader(files, layout).listEntries.pipe(
    Effect.map((slots) => slots.length > 0),
    Effect.catchIf(
      (failure) => failure.reason === "missing" || failure.reason === "invalid",
      () => Effect.succeed(false)
    )
  )

const listJobs = Effect.fnUntraced(function* (files: Files, root: string) {
  const names = yield* files.list(root).pipe(
    Effect.catchIf(
      (failure) => failure.reason === "missing",
      () => Effect.succeed([])
    )
  )
  const jobs: Array<string> = []
  for (const name of names) {
    const job = jobOf(name)
    if (job !== null && (yield* isLogged(files, jobLayout(root, name)))) jobs.push(job)
  }
  return jobs.sort()
})

/** Temporaries of one storage never meet those of another, in this or another process. */
const temporaries = (): ((directory: string) => () => string) => {
  const token = crypto.randomUUID().replaceAll("-", "")
  let count = 0
  return (directory) => () => `${directory}/${temporaryName(token, ++count)}`
}

export const FileStorage = {
  /**
   * Stores checkpoints in `directory`, which is created at the first open if it is missing.
   *
   * Fails: with `StorageLocked` at open while another process, or another open of the job, holds the directory.
   */
  at: (directory: string, options: FileStorageOptions = {}): CheckpointStorage => {
    const root = directory === "" ? "." : directory.replace(/(?<=.)\/+$/, "")
    const files = options.files ?? nodeFiles
    const lock = options.files === undefined ? sharedLock(kernelLock(root, files)) : noLock
    const exclusion = makeJobExclusion(() => root)
    const temporaryIn = temporaries()
    return {
      location: `file ${root}`,
      jobs: listJobs(files, root),
      inspect: Effect.fnUntraced(function* (job) {
        const layout = jobLayout(root, yield* encodeJob(job))
        yield* files.list(layout.log)
        return fileReader(files, layout)
      }),
      open: Effect.fnUntraced(function* (job: string, holder: Holder) {
        const layout = jobLayout(root, yield* encodeJob(job))
        yield* exclusion.acquire(job, holder)
        yield* files.makeDirectory(root)
        yield* lock(holder)
        // The log last: a job that has one is complete.
        yield* files.makeDirectory(layout.objects)
        yield* files.makeDirectory(layout.log)
        yield* syncNames(files, root, layout)
        yield* removeTemporaries(files, layout)
        return fileJob(files, layout, temporaryIn(layout.directory))
      })
    }
  }
}
