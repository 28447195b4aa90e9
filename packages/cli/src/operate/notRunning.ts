/** What the log says of a job that no process runs. */
import { type JobReader, type LogContent, type Manifest, readLog } from "@tidemark/core/storage"
import { Data, Effect } from "effect"
import { countText } from "../output/format.ts"

/** How a job has ended: as its log says, or `crashed` where it says nothing. */
export interface LastWord {
  readonly job: string
  readonly end: "finished" | "cancelled" | "stopped" | "crashed"
  /** From where a run would go on; null where none would, or from the beginning. */
  readonly checkpoint: { readonly id: number; readonly kind: string; readonly at: string; readonly path: string } | null
  readonly records: number
}

/** Nobody answers on the control socket of the job. */
export class JobNotRunning extends Data.TaggedError("JobNotRunning")<LastWord> {
  override get message(): string {
    return `${lastWordText(this)} Nothing was done.`
  }
}

export const readLastWord = Effect.fnUntraced(function* (job: string, reader: JobReader) {
  const content = yield* readLog(reader)
  const last = content.view.completed.at(-1)
  const word: LastWord = {
    ...{ job, end: endOf(content), records: last?.manifest.records ?? 0 },
    checkpoint:
      last === undefined
        ? null
        : {
            ...{ id: last.manifest.id, kind: last.manifest.kind, at: last.manifest.at },
            path: reader.pathOf({ slot: last.slot })
          }
  }
  return word
})

const stops: ReadonlySet<Manifest["kind"]> = new Set(["stop", "stopSavepoint"])

const endOf = ({ entries, view }: LogContent): LastWord["end"] => {
  const last = entries.at(-1)?.entry
  if (view.end !== null) return view.end
  return last?._tag === "Manifest" && stops.has(last.kind) ? "stopped" : "crashed"
}

export const lastWordText = ({ checkpoint, end, job, records }: LastWord): string => {
  const from =
    checkpoint === null
      ? "Running it again starts from the beginning."
      : `Running it again goes on from ${checkpoint.kind === "stopSavepoint" ? "savepoint" : "checkpoint"} ${checkpoint.id} of ${checkpoint.at}.`
  switch (end) {
    case "finished":
      return `Job "${job}" does not run: it has finished (${countText(records)} records).`
    case "cancelled":
      return `Job "${job}" does not run: it was cancelled. Pass --resume latest to go on with it.`
    case "stopped":
      return `Job "${job}" does not run: it was stopped. ${from}`
    case "crashed":
      return (
        `Job "${job}" does not run: its process was killed or has crashed, or it is a program that has no control ` +
        `socket. ${from}`
      )
  }
}
