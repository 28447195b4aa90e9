/** The other side of `runTasks`: runs one task after the other with the module it was started for. */
import { parentPort, workerData } from "node:worker_threads"
import type { WorkerAnswer } from "./runTasks.ts"

const { runTask } = await import(workerData.module)

parentPort?.on("message", async ({ index, task }: { readonly index: number; readonly task: unknown }) => {
  const answer = await Promise.resolve(task)
    .then(runTask)
    .then(
      (result: unknown): WorkerAnswer<unknown> => ({ index, result, error: null }),
      (cause: unknown): WorkerAnswer<unknown> => ({ index, result: null, error: describe(cause) })
    )
  parentPort?.postMessage(answer)
})

const describe = (cause: unknown): string => (cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
