import type { Completed, Progress, Running, WorkerMessage } from "./messages.ts"

/** What one process of a run has told. */
export interface ProcessLog {
  readonly parallelism: number
  readonly running: Running | null
  readonly progress: Progress | null
  readonly completed: ReadonlyArray<Completed>
  readonly begun: ReadonlyArray<number>
  /** From the kill of the process before until records flowed again; null for the first process. */
  readonly recoveryMs: number | null
  readonly end: "running" | "killed" | "ended"
}

export const newProcess = (parallelism: number): ProcessLog => ({
  parallelism,
  running: null,
  progress: null,
  completed: [],
  begun: [],
  recoveryMs: null,
  end: "running"
})

export const noted = (log: ProcessLog, message: WorkerMessage): ProcessLog => {
  switch (message._tag) {
    case "Running":
      return { ...log, running: message }
    case "Progress":
      return { ...log, progress: message, completed: [...log.completed, ...message.completed] }
    case "CheckpointBegun":
      return { ...log, begun: [...log.begun, message.id] }
    case "Ended":
      return { ...log, end: "ended" }
    case "Failed":
      return log
  }
}

/** Sums over all processes of a run. */
export interface RunSummary {
  readonly processes: ReadonlyArray<ProcessLog>
  /** Records that the job has counted. */
  readonly records: number
  /** Records that were read, those after a restore a second time. */
  readonly recordsRead: number
  readonly lateRecords: number
  readonly completed: ReadonlyArray<Completed>
  /** Completed checkpoints, those included of whose completion only a restore has told. */
  readonly completedCount: number
  readonly invalidated: Readonly<Record<string, number>>
  /** Checkpoints that had begun when their process was killed and were never completed. */
  readonly cutShort: number
  readonly peakMemoryBytes: number
}

export const summaryOf = (processes: ReadonlyArray<ProcessLog>): RunSummary => {
  const completed = processes.flatMap((log) => log.completed)
  const restored = processes.flatMap(({ running }) => running?.restored ?? [])
  const completedIds = new Set([...completed.map(({ id }) => id), ...restored])
  const invalidated: Record<string, number> = {}
  for (const { progress } of processes) {
    for (const [reason, count] of Object.entries(progress?.invalidated ?? {})) {
      invalidated[reason] = (invalidated[reason] ?? 0) + count
    }
  }
  const killed = processes.filter(({ end }) => end === "killed")
  const last = processes.at(-1)?.progress
  const sum = (of: (progress: Progress) => number): number =>
    processes.reduce((total, { progress }) => total + (progress === null ? 0 : of(progress)), 0)
  return {
    processes,
    records: last?.position ?? 0,
    recordsRead: sum((progress) => progress.recordsIn),
    lateRecords: sum((progress) => progress.lateRecords),
    completed,
    completedCount: completedIds.size,
    invalidated,
    cutShort: killed.filter(({ begun }) => !completedIds.has(begun.at(-1) ?? 0)).length,
    peakMemoryBytes: Math.max(...processes.map(({ progress }) => progress?.peakMemoryBytes ?? 0))
  }
}
