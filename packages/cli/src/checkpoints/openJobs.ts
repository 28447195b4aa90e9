/** The jobs of a checkpoint directory, opened for reading. */
import { existsSync, statSync } from "node:fs"
import { FileStorage } from "@tidemark/backends/file"
import type { JobReader, StorageFailure } from "@tidemark/core/storage"
import { Effect } from "effect"
import { UsageInvalid } from "../failures.ts"

export interface OpenJob {
  readonly job: string
  readonly reader: JobReader
}

export interface Place {
  readonly directory: string
  /** Null for all jobs. */
  readonly job: string | null
}

/** Takes no lock and changes nothing. Fails: for a directory that does not exist and a job that is not in it. */
export const openJobs = Effect.fnUntraced(function* ({
  directory,
  job
}: Place): Effect.fn.Return<ReadonlyArray<OpenJob>, UsageInvalid | StorageFailure> {
  if (!existsSync(directory) || !statSync(directory).isDirectory()) {
    const problem = existsSync(directory) ? "is not a directory" : "does not exist"
    return yield* new UsageInvalid({
      message: `Checkpoint directory ${directory} ${problem}. Give the directory that the job runs with (--checkpoints).`
    })
  }
  const storage = FileStorage.at(directory)
  const names = yield* storage.jobs
  if (job !== null && !names.includes(job)) {
    return yield* new UsageInvalid({ message: `There is no job "${job}" in ${directory}. ${knownText(names)}` })
  }
  return yield* Effect.forEach(job === null ? names : [job], (name) =>
    Effect.map(storage.inspect(name), (reader) => ({ job: name, reader }))
  )
})

/** As {@link openJobs}, where one job must be meant. */
export const openOneJob = Effect.fnUntraced(function* (
  place: Place
): Effect.fn.Return<OpenJob, UsageInvalid | StorageFailure> {
  const jobs = yield* openJobs(place)
  const [first, second] = jobs
  if (first !== undefined && second === undefined) return first
  const names = jobs.map(({ job }) => job)
  return yield* new UsageInvalid({
    message:
      first === undefined
        ? `There are no checkpoints in ${place.directory} yet.`
        : `There are several jobs in ${place.directory}: pass --job NAME. ${knownText(names)}`
  })
})

const knownText = (names: ReadonlyArray<string>): string =>
  names.length === 0 ? "It holds no job." : `It holds: ${names.map((name) => `"${name}"`).join(", ")}.`
