/** What the process and the states of a job hold in memory. */
import type { StateUsage } from "../../state/SubtaskState.ts"

export interface MemoryReport {
  /** Of the whole process, worker threads included. */
  readonly rssBytes: number
  /** JavaScript heap of the thread that started the job. */
  readonly heapUsedBytes: number
  /** What that thread holds outside of its heap. */
  readonly externalBytes: number
  /** Over all subtasks, by operator and state; as they were when the last attempt ended, after it. */
  readonly states: ReadonlyArray<StateUsage>
}

export const memoryReport = (usages: ReadonlyArray<StateUsage>): MemoryReport => {
  const { external, heapUsed, rss } = process.memoryUsage()
  const states = new Map<string, StateUsage>()
  for (const usage of usages) {
    const id = JSON.stringify([usage.operator, usage.state])
    const { bytes, entries } = states.get(id) ?? { bytes: null, entries: 0 }
    const sum = usage.bytes === null ? bytes : (bytes ?? 0) + usage.bytes
    states.set(id, { ...usage, entries: entries + usage.entries, bytes: sum })
  }
  return { rssBytes: rss, heapUsedBytes: heapUsed, externalBytes: external, states: [...states.values()] }
}
