/** `tidemark status`, `savepoint`, `stop` and `cancel`: what an operator does to a job that runs. */
import { Console, Data, Effect } from "effect"
import { openOneJob, type Place } from "../checkpoints/openJobs.ts"
import { askJob } from "../control/askJob.ts"
import type { ControlReply, ControlRequest } from "../control/messages.ts"
import { countText } from "../output/format.ts"
import { JobNotRunning, lastWordText, readLastWord } from "./notRunning.ts"
import { statusText } from "./statusText.ts"

/** The running job has refused what was asked of it. */
export class RequestRefused extends Data.TaggedError("RequestRefused")<{ readonly message: string }> {}

/** Does not fail for a job that does not run: that is an answer, too. */
export const showStatus = Effect.fnUntraced(function* (place: Place, { isJson }: { readonly isJson: boolean }) {
  const { job, reader } = yield* openOneJob(place)
  const reply = yield* askJob(reader, { ask: "status" })
  if (reply === null) {
    const word = yield* readLastWord(job, reader)
    return yield* Console.log(isJson ? JSON.stringify({ isRunning: false, ...word }) : lastWordText(word))
  }
  if (reply._tag !== "Status") return yield* unexpected(reply)
  yield* Console.log(isJson ? JSON.stringify({ isRunning: true, ...reply.status }) : statusText(reply.status))
})

export const operateJob = Effect.fnUntraced(function* (
  place: Place,
  request: ControlRequest,
  { isJson }: { readonly isJson: boolean }
) {
  const { job, reader } = yield* openOneJob(place)
  const reply = yield* askJob(reader, request)
  if (reply === null) return yield* new JobNotRunning(yield* readLastWord(job, reader))
  if (reply._tag !== "Savepoint" && reply._tag !== "Done") return yield* unexpected(reply)
  yield* Console.log(isJson ? JSON.stringify(withoutTag(reply)) : replyText(reply))
  // Asked to stop with a savepoint, and stopped without one: it was asked once more, or it failed meanwhile.
  const isMissing = reply._tag === "Done" && request.ask === "stop" && request.savepoint && reply.savepoint === null
  if (isMissing) {
    return yield* new RequestRefused({ message: `Job "${job}" has ended as ${reply.outcome}, without a savepoint.` })
  }
})

const unexpected = (reply: ControlReply) =>
  new RequestRefused({ message: reply._tag === "Refused" ? reply.message : `The job answered ${reply._tag}.` })

type Achieved = Extract<ControlReply, { readonly _tag: "Savepoint" | "Done" }>

const withoutTag = ({ _tag, ...reply }: Achieved) => reply

const replyText = (reply: Achieved): string => {
  if (reply._tag === "Savepoint") {
    const { id, path } = reply.savepoint
    return `Savepoint ${id} of job "${reply.job}" stands; the job runs on.\n${path}`
  }
  const saved = reply.savepoint === null ? "" : `\nSavepoint ${reply.savepoint.id}\n${reply.savepoint.path}`
  return `Job "${reply.job}" ${outcomeText(reply.outcome)} after ${countText(reply.records)} records.${saved}`
}

const outcomeText = (outcome: string): string => (outcome === "finished" ? "has finished" : `was ${outcome}`)
