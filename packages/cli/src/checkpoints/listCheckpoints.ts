/** `tidemark checkpoints list`: what a directory holds. */
import { Console, Effect } from "effect"
import { bytesText, countText, millisText, tableText } from "../output/format.ts"
import { stderr } from "../output/StatusOutput.ts"
import { openJobs, type Place } from "./openJobs.ts"
import { type ListedCheckpoint, readCheckpoints } from "./readCheckpoints.ts"

export const listCheckpoints = Effect.fnUntraced(function* (place: Place, options: { readonly isJson: boolean }) {
  const jobs = yield* Effect.forEach(yield* openJobs(place), readCheckpoints)
  for (const { failure } of jobs.flatMap(({ damaged }) => damaged)) stderr.line(`warning: ${failure.message}`)
  const checkpoints = jobs.flatMap((job) => job.checkpoints.map(({ listed }) => listed))
  if (options.isJson) return yield* Console.log(JSON.stringify(checkpoints, null, 2))
  if (checkpoints.length === 0) return yield* Console.log(`There are no checkpoints in ${place.directory} yet.`)
  yield* Console.log(listText(checkpoints))
})

const listText = (checkpoints: ReadonlyArray<ListedCheckpoint>): string => {
  const hasSeveralJobs = new Set(checkpoints.map(({ job }) => job)).size > 1
  const head = ["id", "kind", "state", "at", "records", "size", "restore", "took", "path"]
  const rows = checkpoints.map(({ at, bytes, durationMs, id, kind, path, reason, records, restoreBytes, state }) => [
    String(id),
    kind,
    reason === null ? state : `${state} (${reason})`,
    at.slice(0, 19).replace("T", " "),
    countText(records),
    bytesText(bytes),
    restoreBytes === null ? "-" : bytesText(restoreBytes),
    millisText(durationMs),
    path
  ])
  if (!hasSeveralJobs) return tableText([head, ...rows], [0, 4, 5, 6, 7])
  const withJob = rows.map((row, index) => [checkpoints[index]?.job ?? "", ...row])
  return tableText([["job", ...head], ...withJob], [1, 5, 6, 7, 8])
}
