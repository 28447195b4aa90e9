/**
 * Tries all mutants of a subject in worker threads.
 *
 * W1 The results come in the order of the mutants and do not depend on the number of threads.
 */
import { Worker } from "node:worker_threads"
import type { Result } from "./Result.ts"
import type { Ready, Tried } from "./worker.ts"

export interface PoolOptions {
  /** Address of a module that exports `subject`. */
  readonly module: URL
  readonly workers: number
  /** Which mutants are tried; default all. */
  readonly isWanted?: (name: string) => boolean
  readonly onReady?: (ready: Ready) => void
  readonly onResult?: (result: Result) => void
  /** Seconds that one mutant may take before the run fails; default 300. */
  readonly secondsMax?: number
}

export const runPool = async (options: PoolOptions): Promise<ReadonlyArray<Result>> => {
  const results = new Map<number, Result>()
  let waiting: Array<number> | null = null
  const begin = (ready: Ready): Array<number> => {
    options.onReady?.(ready)
    const { isWanted = () => true } = options
    return ready.candidates.flatMap(({ name }, index) => (isWanted(name) ? [index] : []))
  }
  await Promise.all(
    Array.from({ length: options.workers }, () =>
      serveOne(options, {
        begin: (ready) => {
          waiting ??= begin(ready)
        },
        take: () => waiting?.shift(),
        done: (index, result) => {
          results.set(index, result)
          options.onResult?.(result)
        }
      })
    )
  )
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result)
}

interface Queue {
  readonly begin: (ready: Ready) => void
  readonly take: () => number | undefined
  readonly done: (index: number, result: Result) => void
}

const serveOne = async ({ module, secondsMax = 300 }: PoolOptions, queue: Queue): Promise<void> => {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: module.href })
  try {
    await new Promise<void>((resolve, reject) => {
      let candidates: Ready["candidates"] = []
      let watchdog: NodeJS.Timeout | undefined
      const next = (): void => {
        clearTimeout(watchdog)
        const index = queue.take()
        if (index === undefined) {
          resolve()
          return
        }
        const late = new Error(`"${candidates[index]?.name}" takes more than ${secondsMax} s: a step may have no end.`)
        watchdog = setTimeout(() => reject(late), secondsMax * 1000)
        worker.postMessage(index)
      }
      worker.on("error", reject)
      worker.on("message", (message: Ready | Tried) => {
        if (message._tag === "Ready") {
          candidates = message.candidates
          queue.begin(message)
        } else {
          const candidate = candidates[message.index]
          if (candidate !== undefined) {
            queue.done(message.index, { ...candidate, fate: message.fate, seconds: message.seconds })
          }
        }
        next()
      })
    })
  } finally {
    await worker.terminate()
  }
}
