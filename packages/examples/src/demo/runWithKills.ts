import { join } from "node:path"
import type { LiveLine } from "./LiveLine.ts"
import type { WorkerMessage } from "./messages.ts"
import { killLine, progressLine, restoreLines } from "./narrate.ts"
import { newProcess, noted, type ProcessLog, type RunSummary, summaryOf } from "./RunLog.ts"
import { WorkerProcess } from "./WorkerProcess.ts"

/** A moment to kill the worker: never before it has completed a checkpoint, nor after the last flight. */
export interface Kill {
  /** Part of all flights that has to be counted before. */
  readonly share: number
  /** `checkpoint`: when the next checkpoint has just begun. */
  readonly when: "flowing" | "checkpoint"
}

export interface RunPlan {
  readonly directory: string
  readonly flights: number
  readonly checkpointEveryMs: number
  /** One kill ends one process, in this order. */
  readonly kills: ReadonlyArray<Kill>
  /** Of the first process, the second, and so on; the last one stays. */
  readonly parallelism: readonly [number, ...ReadonlyArray<number>]
}

export const outputOf = ({ directory }: RunPlan): string => join(directory, "lines")
export const checkpointsOf = ({ directory }: RunPlan): string => join(directory, "checkpoints")

/** Runs the job until it has finished, in as many processes as that takes. Fails when the job does. */
export const runWithKills = async (plan: RunPlan, live: LiveLine): Promise<RunSummary> => {
  const processes: Array<ProcessLog> = []
  let killedAt: number | null = null
  for (let index = 0; processes.at(-1)?.end !== "ended"; index++) {
    const log = await runProcess(plan, { index, killedAt, live })
    if (log.end === "running")
      throw new Error("The worker process ended without having been killed; see its output above.")
    killedAt = log.endedAt
    processes.push(log)
  }
  return summaryOf(processes)
}

interface Start {
  readonly index: number
  /** When the process before was killed. */
  readonly killedAt: number | null
  readonly live: LiveLine
}

const runProcess = async (plan: RunPlan, { index, killedAt, live }: Start) => {
  const parallelism = plan.parallelism[index] ?? plan.parallelism.at(-1) ?? plan.parallelism[0]
  const kill = plan.kills[index]
  const worker = new WorkerProcess({
    out: outputOf(plan),
    checkpoints: checkpointsOf(plan),
    checkpointEveryMs: plan.checkpointEveryMs,
    parallelism,
    limit: plan.flights
  })
  let log = newProcess(parallelism)
  let endedAt = 0
  live.hint("  starting …")
  for await (const message of worker.messages()) {
    if (message._tag === "Failed") throw new Error(message.message)
    log = noted(log, message)
    if (message._tag === "Running" && killedAt !== null) {
      live.clear()
      log = { ...log, recoveryMs: performance.now() - killedAt }
      for (const line of restoreLines(log, message, live.paint)) live.print(line)
    }
    if (message._tag === "Progress" && log.end === "running") live.update(progressLine(log, plan.flights, live.paint))
    if (kill !== undefined && log.end === "running" && isTime(kill, { log, message, flights: plan.flights })) {
      worker.kill()
      endedAt = performance.now()
      log = { ...log, end: "killed" }
      live.print(killLine(log, worker.pid, live.paint))
    }
  }
  return { ...log, endedAt }
}

const isTime = (
  { share, when }: Kill,
  { log, message, flights }: { readonly log: ProcessLog; readonly message: WorkerMessage; readonly flights: number }
): boolean => {
  const position = log.progress?.position ?? 0
  return (
    message._tag === (when === "flowing" ? "Progress" : "CheckpointBegun") &&
    log.completed.length > 0 &&
    position >= share * flights &&
    position < flights
  )
}
