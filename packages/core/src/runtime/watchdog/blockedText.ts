import type { WatchedSubtask } from "./Heartbeat.ts"

/** Where a function stands: the step of the chain, and the number of the record in its batch. */
export interface Standing {
  readonly step: number
  readonly record: number | null
}

/** What is said of a subtask that does not come back. */
export const blockedText = (blocked: {
  readonly job: string
  readonly subtask: WatchedSubtask
  readonly blockedMs: number
  readonly standing: Standing | null
}): string => {
  const { blockedMs, job, standing, subtask } = blocked
  const operator = standing === null ? undefined : subtask.operators[standing.step]
  const who =
    operator === undefined
      ? `Subtask ${subtask.id} (operators ${subtask.operators.join(", ") || "none"})`
      : `Operator "${operator}" of subtask ${subtask.id}`
  const record = standing?.record === null || standing === null ? "" : `, at record ${standing.record + 1} of a batch`
  return (
    `${who} of job "${job}" has not returned for ${(blockedMs / 1_000).toFixed(1)} s${record}: nothing moves in its thread, ` +
    "and no checkpoint completes. Functions must return soon: look for an endless loop or a blocking call, " +
    "and wait for other systems with mapAsync. Option watchdog sets the limit."
  )
}
