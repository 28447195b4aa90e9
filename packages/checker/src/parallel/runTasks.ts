/**
 * Independent tasks over worker threads: searches, mutants, configurations.
 *
 * R1 Results come in the order of the tasks and depend on the tasks only, not on how many workers there are.
 */
import { Worker } from "node:worker_threads"

export interface TaskOptions<Task, Result> {
  /** A module that exports `runTask(task)`; tasks and results are copied between threads. */
  readonly module: URL
  readonly tasks: ReadonlyArray<Task>
  readonly workers: number
  /** Told of every result as it comes. */
  readonly onResult?: (result: Result, index: number) => void
}

/** What a worker is told, and what it answers. */
export interface WorkerAnswer<Result> {
  readonly index: number
  readonly result: Result | null
  readonly error: string | null
}

/** Fails: with the message of the first task that throws, or of a worker that dies; the others are ended then. */
export const runTasks = async <Task, Result>(options: TaskOptions<Task, Result>): Promise<ReadonlyArray<Result>> => {
  const { tasks, onResult } = options
  const results = new Map<number, Result>()
  let next = 0
  const runOne = (worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      const give = (): void => {
        if (next >= tasks.length) resolve()
        else {
          worker.postMessage({ index: next, task: tasks[next] })
          next++
        }
      }
      worker.on("message", ({ index, result, error }: WorkerAnswer<Result>) => {
        if (error !== null || result === null)
          return reject(new Error(`Task ${index + 1} of ${tasks.length}: ${error}`))
        results.set(index, result)
        onResult?.(result, index)
        give()
      })
      worker.on("error", reject)
      worker.on("exit", (code) => reject(new Error(`A worker ended with code ${code} before its tasks were done.`)))
      give()
    })
  const count = Math.max(1, Math.min(options.workers, tasks.length))
  const workers = Array.from({ length: count }, () => startWorker(options.module))
  try {
    await Promise.all(workers.map(runOne))
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
  return tasks.flatMap((_, index) => {
    const result = results.get(index)
    return result === undefined ? [] : [result]
  })
}

const startWorker = (module: URL): Worker => {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
  return new Worker(new URL(`./worker.${extension}`, import.meta.url), { workerData: { module: module.href } })
}
