/** Which checkpoint of which job a command looks at: the newest completed one, or the one that is named. */
import { CheckpointUnknown } from "@tidemark/core"
import type { FormatTooNew, JobReader, Manifest, SnapshotCorrupt, StorageFailure } from "@tidemark/core/storage"
import { Effect } from "effect"
import { openOneJob, type Place } from "../checkpoints/openJobs.ts"
import { readCheckpoints } from "../checkpoints/readCheckpoints.ts"
import { UsageInvalid } from "../failures.ts"

export interface ChosenCheckpoint {
  readonly job: string
  readonly reader: JobReader
  readonly manifest: Manifest
}

/** Fails: for an id that is no completed checkpoint, naming those that are. */
export const chooseCheckpoint = Effect.fnUntraced(function* (
  place: Place,
  id: number | null
): Effect.fn.Return<
  ChosenCheckpoint,
  UsageInvalid | CheckpointUnknown | StorageFailure | FormatTooNew | SnapshotCorrupt
> {
  const [chosen] = yield* chooseCheckpoints(place, [id])
  return chosen ?? (yield* noneYet(place))
})

/** As {@link chooseCheckpoint}, for several of one job. */
export const chooseCheckpoints = Effect.fnUntraced(function* (place: Place, ids: ReadonlyArray<number | null>) {
  const { job, reader } = yield* openOneJob(place)
  const { checkpoints } = yield* readCheckpoints({ job, reader })
  const completed = checkpoints.filter(({ listed }) => listed.state === "completed").map(({ manifest }) => manifest)
  const newest = completed.at(-1)
  if (newest === undefined) return yield* noneYet(place)
  return yield* Effect.forEach(ids, (id) => {
    const manifest = id === null ? newest : completed.find((candidate) => candidate.id === id)
    const available = completed.map((candidate) => candidate.id)
    return manifest === undefined
      ? Effect.fail(new CheckpointUnknown({ job, checkpoint: id ?? 0, available }))
      : Effect.succeed({ job, reader, manifest })
  })
})

const noneYet = ({ directory }: Place): UsageInvalid =>
  new UsageInvalid({ message: `There are no completed checkpoints in ${directory} yet.` })
