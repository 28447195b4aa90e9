/** Records the trace of a job, process by process. */
import { appendFileSync, readFileSync } from "node:fs"
import type { Inspection, Inspector } from "@tidemark/core"
import { type CheckpointStorage, readLog } from "@tidemark/core/storage"
import { Effect } from "effect"
import { type Found, foundEntry, isTold, type TraceLine } from "./TraceLine.ts"

/** What stands in a job's storage now. */
export const findIn = (storage: CheckpointStorage, job: string) =>
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
const plain = (inspection: Inspection): Inspection => parseLine(JSON.stringify(inspection))

// The file is our own, written line by line by `inspectIntoFile`: only its shape as JSON can be wrong.
const parseLine = (text: string): Inspection => JSON.parse(text)

/** Appends every fact to a file at once, so that a killed process leaves all that it has done. */
export const inspectIntoFile =
  (path: string): Inspector =>
  (inspection) =>
    appendFileSync(path, `${JSON.stringify(inspection)}\n`, { flag: "a" })

/** Reads what {@link inspectIntoFile} has written; a line that was cut off by a kill is left out. */
export const readInspections = (path: string): ReadonlyArray<Inspection> =>
  readFileSync(path, "utf8").split("\n").slice(0, -1).map(parseLine)
