/** Asks a running job over its control socket. */
import { connect } from "node:net"
import type { JobReader } from "@tidemark/core/storage"
import { Data, Effect, Result } from "effect"
import { isOwnSocket, jobDirectory, readControlFile } from "./controlFile.ts"
import { type ControlReply, type ControlRequest, decodeReply, replyMax } from "./messages.ts"

/** The job's process ended before it had answered. */
export class AnswerLost extends Data.TaggedError("AnswerLost")<{ readonly process: number }> {
  override get message(): string {
    return (
      `Process ${this.process} ended before it had answered: whether it has done what was asked is not known. ` +
      "`tidemark checkpoints list` shows what stands, and running the job again goes on from there."
    )
  }
}

/** What the job said and this version does not understand. */
export class AnswerUnknown extends Data.TaggedError("AnswerUnknown")<{ readonly process: number }> {
  override get message(): string {
    return `Process ${this.process} gave an answer that this version of Tidemark does not know. Use the version that runs the job.`
  }
}

/** Null if nobody listens: no process runs the job, or one that has no control socket. */
export const askJob = Effect.fnUntraced(function* (
  reader: JobReader,
  request: ControlRequest
): Effect.fn.Return<ControlReply | null, AnswerLost | AnswerUnknown> {
  const directory = jobDirectory(reader)
  const control = directory === null ? null : readControlFile(directory)
  if (control === null || !isOwnSocket(control.socket)) return null
  const answer = yield* exchange(control.socket, `${JSON.stringify(request)}\n`)
  if (answer._tag === "Nobody") return null
  if (answer._tag === "Lost") return yield* new AnswerLost({ process: control.process })
  const reply = decodeReply(answer.line)
  return Result.isSuccess(reply) ? reply.success : yield* new AnswerUnknown({ process: control.process })
})

type Exchange =
  | { readonly _tag: "Line"; readonly line: string }
  | { readonly _tag: "Lost" }
  /** The file is of a process that is gone. */
  | { readonly _tag: "Nobody" }

const exchange = (path: string, request: string): Effect.Effect<Exchange> =>
  Effect.callback((resume) => {
    let text = ""
    let isConnected = false
    const client = connect(path)
    const end = (outcome: Exchange): void => {
      client.destroy()
      resume(Effect.succeed(outcome))
    }
    client.setEncoding("utf8")
    client.once("connect", () => {
      isConnected = true
      client.write(request)
    })
    client.on("data", (data: string) => {
      text += data
      if (data.includes("\n")) end({ _tag: "Line", line: text.slice(0, text.indexOf("\n")) })
      // No answer of ours is so long: decoding says so.
      else if (text.length > replyMax) end({ _tag: "Line", line: "" })
    })
    client.once("error", () => end({ _tag: isConnected ? "Lost" : "Nobody" }))
    client.once("close", () => end({ _tag: isConnected ? "Lost" : "Nobody" }))
    return Effect.sync(() => client.destroy())
  })
