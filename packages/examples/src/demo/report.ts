/** What the demo says at its end: the result, the run, and the proof. */
import type { AirportDay } from "../flight-delays.ts"
import { bytes, count, millis, type Painter, percent, plural } from "./format.ts"
import { recoveryText } from "./narrate.ts"
import type { Output } from "./proof.ts"
import type { ProcessLog, RunSummary } from "./RunLog.ts"

/** The airport-days with the most minutes of delay in sum. */
export const worstDays = (days: ReadonlyArray<AirportDay>): ReadonlyArray<string> => {
  const worst = [...days].sort((a, b) => b.delaySum - a.delaySum || (a.day < b.day ? -1 : 1)).slice(0, 10)
  const rows = worst.map(({ origin, day, flights, delayed, delaySum, delayMax }) =>
    [
      `  ${origin}  ${day}`,
      count(delaySum).padStart(9),
      count(flights).padStart(9),
      percent(delayed / flights).padStart(9),
      `${count(delayMax)} min`.padStart(12)
    ].join("")
  )
  return [`  airport, day     delay sum  flights  > 15 min     longest`, ...rows]
}

/** Completed and invalidated checkpoints, R, T_recovery, durations and sizes over all processes of a run. */
export const runReport = (run: RunSummary): ReadonlyArray<string> => {
  const invalidated = Object.entries(run.invalidated)
  const failed = invalidated.reduce((sum, [, failures]) => sum + failures, 0)
  const reasons = invalidated.map(([reason, failures]) => `, ${failures} ${reason}`).join("")
  const durations = run.completed.map(({ durationMs }) => durationMs)
  const sizes = run.completed.map((checkpoint) => checkpoint.bytes)
  const restarts = run.processes.reduce((sum, { progress }) => sum + (progress?.restarts ?? 0), 0)
  return [
    `  checkpoints   ${run.completedCount} completed, ${failed} invalidated${reasons}, ${run.cutShort} cut short by a kill`,
    `  R             ${(run.completedCount / (run.completedCount + failed)).toFixed(3)} (completed / resolved)`,
    `  T_recovery    ${run.processes.flatMap(recoveryOf).join("; ")}`,
    `  durations     median ${millis(median(durations))}, longest ${millis(Math.max(...durations))}`,
    `  sizes         median ${bytes(median(sizes))}, largest ${bytes(Math.max(...sizes))}`,
    `  processes     ${run.processes.length}, parallelism ${run.processes.map(({ parallelism }) => parallelism).join(" → ")}; restarts within a process: ${restarts}`,
    `  flights       ${count(run.records)} counted, ${count(run.recordsRead - run.records)} of them read again after a kill, ${run.lateRecords} late`,
    `  memory        ${bytes(run.peakMemoryBytes)} at the peak of the worker process`
  ]
}

const recoveryOf = ({ running, recoveryMs }: ProcessLog): ReadonlyArray<string> =>
  running === null || recoveryMs === null ? [] : [recoveryText(running, recoveryMs)]

const median = (values: ReadonlyArray<number>): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0

export const outputLine = (label: string, output: Output): string =>
  `  ${label.padEnd(13)} ${plural(output.lines.length, "line")} in ${plural(output.files, "file")}, sha256 of the sorted lines ${output.sha256}`

export const verdict = (problems: ReadonlyArray<string>, paint: Painter): ReadonlyArray<string> =>
  problems.length === 0
    ? [`  ${paint("green", "PROVEN")}  byte for byte the same: every flight counted exactly once`]
    : problems.map((problem) => `  ${paint("red", "FAILED")}  ${problem}`)
