/** Records the trace of a job, process by process. */
import type { Inspection, Inspector } from "@tidemark/core"
import { type CheckpointStorage, readLog } from "@tidemark/core/storage"
import { Effect } from "effect"
import { type Found, foundEntry, isTold, type TraceLine } from "./TraceLine.ts"

/** What stands in a job's storage now. */
const findIn = (storage: CheckpointStorage, job: string) =>
  Effect.gen(function* () {
    const jobs = yield* storage.jobs
    if (!jobs.includes(job)) return { _tag: "Found", log: [], objects: [] } satisfies Found
    const reader = yield* storage.inspect(job)
    const { entries } = yield* readLog(reader)
    const objects = (yield* reader.listObjects).map(({ name }) => name).sort()
    return { _tag: "Found", log: entries.map(foundEntry), objects } satisfies Found
  })

/** The trace of a job whose processes all live in this one. */
export class TraceRecorder {
  readonly #lines: Array<TraceLine> = []

  readonly inspect: Inspector = (inspection) => {
    this.#lines.push(plain(inspection))
  }

  /** The process is over: looks what it has left. */
  ended(storage: CheckpointStorage, job: string) {
    return Effect.map(findIn(storage, job), (found) => {
      this.#lines.push({ _tag: "Gone" }, found)
    })
  }

  add(lines: ReadonlyArray<TraceLine>): void {
    this.#lines.push(...lines)
  }

  get trace(): ReadonlyArray<TraceLine> {
    return this.#lines.filter(isTold)
  }
}

/** As it would come out of a file. */
const plain = (inspection: Inspection): TraceLine => parseLine(JSON.stringify(inspection))

// Written line by line as JSON by this file: a line that is none of these explains nothing, and does not conform.
const parseLine = (text: string): TraceLine => JSON.parse(text)

/** The lines of a text; one that was cut off by a kill is left out. */
export const parseTrace = (text: string): ReadonlyArray<TraceLine> => text.split("\n").slice(0, -1).map(parseLine)

export const traceText = (trace: ReadonlyArray<TraceLine>): string =>
  trace.map((line) => `${JSON.stringify(line)}\n`).join("")
