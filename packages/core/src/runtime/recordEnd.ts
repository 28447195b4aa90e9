/** The last entry of a job's log: it has finished, or was cancelled. */
import { Effect, Schedule } from "effect"
import { claimLog, type LogWriter } from "../storage/index.ts"
import { type JobContext, timeOf } from "./JobContext.ts"

/**
 * Appends the end under our claim; `writer` is null if none stands, or if one was begun and its outcome is not known: then
 * a new one is made first. Fails: the end may not stand.
 */
export const recordEnd = (job: JobContext, writer: LogWriter | null, end: "finished" | "cancelled") => {
  const claimed = writer === null ? claimForEnd(job) : Effect.succeed(writer)
  const record = Effect.flatMap(claimed, (held) => held.append({ _tag: "End", term: held.term, end, at: timeOf(job) }))
  return Effect.retry(record, {
    schedule: Schedule.exponential("100 millis"),
    times: 6,
    while: (failure) => failure._tag === "StorageFailure"
  })
}

const claimForEnd = ({ plan, storage, holder, ...job }: JobContext) =>
  claimLog(storage, {
    job: plan.pipeline,
    holder: holder.name,
    since: timeOf({ plan, storage, holder, ...job }),
    decide: ({ view }) => Effect.succeed({ resumesFrom: view.completed.at(-1)?.manifest.id ?? null })
  })
