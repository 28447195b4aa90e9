/** `tidemark checkpoints verify`: reads and checks every byte of the completed checkpoints and of the log. */
import { type VerifiedJob, verifyJob } from "@tidemark/core/inspect"
import { Console, Effect } from "effect"
import { bytesText, countText } from "../output/format.ts"
import { openJobs, type Place } from "./openJobs.ts"

/** Fails: with the first object that is not as it was written, naming it. */
export const verifyCheckpoints = Effect.fnUntraced(function* (place: Place, options: { readonly isJson: boolean }) {
  const verified = yield* Effect.forEach(yield* openJobs(place), ({ job, reader }) =>
    Effect.map(verifyJob(reader), (counts) => ({ job, ...counts }))
  ).pipe(
    Effect.tapError((failure) =>
      options.isJson ? Console.log(JSON.stringify({ isValid: false, problem: failure.message })) : Effect.void
    )
  )
  yield* Console.log(
    options.isJson ? JSON.stringify({ isValid: true, jobs: verified }) : verifiedText(place.directory, verified)
  )
})

const verifiedText = (directory: string, verified: ReadonlyArray<VerifiedJob & { readonly job: string }>): string =>
  verified.length === 0
    ? `There are no checkpoints in ${directory} yet.`
    : verified
        .map(
          ({ bytes, checkpoints, entries, job, objects }) =>
            `${job}: every byte as it was written: ${countText(checkpoints)} completed checkpoints, ` +
            `${countText(objects)} state objects (${bytesText(bytes)}), ${countText(entries)} log entries`
        )
        .join("\n")
