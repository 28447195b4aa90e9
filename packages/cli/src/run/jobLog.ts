/** What happens to a job as lines of a structured log, for `--log-format json`. */
import type { JobFact, JobHandle } from "@tidemark/core"
import { Effect, Stream } from "effect"
import { bytesText, millisText } from "../output/format.ts"
import type { LogFields, LogLevel, StatusOutput } from "../output/StatusOutput.ts"

/** Ends with the job. */
export const logJob = (handle: Pick<JobHandle, "events">, output: StatusOutput): Effect.Effect<void> =>
  Stream.runForEach(handle.events, (fact) =>
    Effect.sync(() => {
      const { fields, level, text } = lineOf(fact)
      output.log(level, text, { event: fact._tag, ...fields })
    })
  )

interface Line {
  readonly level: LogLevel
  readonly text: string
  readonly fields: LogFields
}

const lineOf = (fact: JobFact): Line => {
  switch (fact._tag) {
    case "StatusChanged":
      return line("info", fact.status, { status: fact.status })
    case "Restored":
      return fact.checkpoint === null
        ? line("info", "started from the beginning", {})
        : line("info", `restored checkpoint ${fact.checkpoint}`, { checkpoint: fact.checkpoint })
    case "AttemptFailed":
      return line("warn", fact.message, { attempt: fact.attempt })
    case "CheckpointTriggered":
      return line("debug", `triggered checkpoint ${fact.checkpoint}`, { checkpoint: fact.checkpoint, kind: fact.kind })
    case "CheckpointCompleted": {
      const { bytes, checkpoint, durationMs, kind, records } = fact
      const text = `completed checkpoint ${checkpoint} (${bytesText(bytes)}) in ${millisText(durationMs)}`
      return line("info", text, { checkpoint, kind, durationMs, bytes, records })
    }
    case "CheckpointInvalidated": {
      const { checkpoint, reason } = fact
      return line("warn", `checkpoint ${checkpoint} was invalidated: ${reason}`, { checkpoint, reason })
    }
    case "Ended":
      return line("info", `ended: ${fact.outcome}`, { outcome: fact.outcome })
  }
}

const line = (level: LogLevel, text: string, fields: LogFields): Line => ({ level, text, fields })
