/** Runs a query as a whole job, with a checkpoint into files every second. */
import { mkdtemp, rm } from "node:fs/promises"
import { join } from "node:path"
import { FileStorage } from "@tidemark/backends/file"
import { Job, Trigger } from "@tidemark/core"
import type { Answer } from "./answersByHand.ts"
import type { Event } from "./Event.ts"
import { EventShares } from "./EventShares.ts"
import type { Query } from "./queries.ts"

export interface RunQueryOptions {
  readonly events: ReadonlyArray<Event>
  readonly passes: number
  readonly parallelism: number
  /** Checkpoints go into a new directory in it. */
  readonly directory: string
}

export interface Finished extends Answer {
  /** From the first poll of a source on. */
  readonly millis: number
  /** CPU time of the process in the whole run. */
  readonly cpuMillis: number
}

/** Lays the events out once; what it answers runs the query anew every time. */
export const prepareQuery = (query: Query, options: RunQueryOptions): (() => Promise<Finished>) => {
  const { events, parallelism, passes } = options
  const shares = new EventShares({ events, passes, splits: parallelism })
  return async () => {
    const directory = await mkdtemp(join(options.directory, "checkpoints-"))
    const { counted, pipeline } = query.make(shares.source)
    const before = process.cpuUsage()
    await Job.runPromise({
      ...{ pipeline, parallelism },
      checkpoint: { storage: FileStorage.at(directory), trigger: Trigger.every("1 second") }
    })
    const millis = performance.now() - shares.began
    const { system, user } = process.cpuUsage(before)
    await rm(directory, { recursive: true })
    return { millis, cpuMillis: (system + user) / 1000, count: counted.count, sum: counted.sum }
  }
}
