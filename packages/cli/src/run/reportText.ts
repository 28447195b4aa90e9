/** The report at the end of a run, for people. */
import type { RunReport } from "@tidemark/core"
import { bytesText, countText, millisText, shortText, tableText } from "../output/format.ts"
import type { Paint } from "../output/paint.ts"
import { intervalText } from "./intervalText.ts"

export const reportText = (report: RunReport, paint: Paint): string => {
  const rows: ReadonlyArray<readonly [string, string]> = [
    ["records", recordsText(report)],
    ...endsRow(report),
    ["subtasks", subtasksText(report)],
    ["restored", restoredText(report)],
    ["checkpoints", checkpointsText(report)],
    ...sizesRow(report),
    ["memory", memoryText(report)],
    ...modeRows(report),
    ...report.recoveries.map(recoveryRow),
    ...(report.restarts > report.recoveries.length ? [["restarts", countText(report.restarts)] as const] : [])
  ]
  const head = `${paint.bold(report.job)} ${report.outcome ?? report.state} in ${millisText(report.durationMs)}`
  return [
    head,
    ...tableText(rows)
      .split("\n")
      .map((line) => `  ${line}`)
  ].join("\n")
}

const recordsText = (report: RunReport): string => {
  const seconds = report.durationMs / 1_000
  const speed = seconds > 0 ? ` (${countText(report.recordsIn / seconds)}/s)` : ""
  return [
    `${countText(report.recordsIn)} read in this run${speed}`,
    `${countText(report.position.records)} in all`,
    `${countText(report.recordsOut)} written`,
    `${countText(report.lateRecords)} late`,
    ...(report.skippedRecords > 0 ? [`${countText(report.skippedRecords)} skipped`] : [])
  ].join(", ")
}

/** What came from which source and went to which sink, where there are several. */
const endsRow = ({ sinks, sources }: RunReport): ReadonlyArray<readonly [string, string]> => {
  const read = Object.entries(sources).map(([uid, { recordsIn }]) => `${uid} ${countText(recordsIn)} read`)
  const written = Object.entries(sinks).map(([uid, { recordsOut }]) => `${uid} ${countText(recordsOut)} written`)
  return read.length + written.length > 2 ? [["", [...read, ...written].join(", ")]] : []
}

const subtasksText = ({ parallelism, threads }: RunReport): string => {
  const place = threads === 0 ? "in one thread" : `on ${threads} worker thread${threads === 1 ? "" : "s"}`
  return `${parallelism} of each task, ${place}`
}

const restoredText = ({ restored, restoreMs }: RunReport): string =>
  restored === null ? "nothing, started from the beginning" : `checkpoint ${restored} in ${millisText(restoreMs)}`

const checkpointsText = ({ checkpoints, reliability }: RunReport): string => {
  const reasons = Object.entries(checkpoints.invalidated)
  const invalidated = reasons.reduce((sum, [, count]) => sum + count, 0)
  const why = reasons.map(([reason, count]) => `${count} ${reason}`).join(", ")
  return [
    `${countText(checkpoints.completed)} completed`,
    `${countText(invalidated)} invalidated${why === "" ? "" : ` (${why})`}`,
    `R ${reliability === null ? "-" : reliability.toFixed(3)}`,
    ...(checkpoints.corrupt.length > 0 ? [`found corrupt: ${checkpoints.corrupt.join(", ")}`] : [])
  ].join(", ")
}

const sizesRow = ({ checkpoints }: RunReport): ReadonlyArray<readonly [string, string]> => {
  const { history } = checkpoints
  const last = history.at(-1)
  if (last === undefined) return []
  const durations = history.map(({ durationMs }) => durationMs).sort((a, b) => a - b)
  const median = durations[Math.floor(durations.length / 2)] ?? 0
  const longest = durations.at(-1) ?? 0
  const largest = Math.max(...history.map(({ bytes }) => bytes))
  const text =
    `last ${last.id} (${last.kind}), median ${millisText(median)}, longest ${millisText(longest)}, ` +
    `largest ${bytesText(largest)}`
  return [["", text]]
}

/** What is not as by default. */
const modeRows = ({ checkpoints: { interval, mode } }: RunReport): ReadonlyArray<readonly [string, string]> => [
  ...(mode === "exactly-once" ? [] : [["mode", "at-least-once: after a failure records may count twice"] as const]),
  ...(interval === null ? [] : [["trigger", intervalText(interval)] as const])
]

const memoryText = ({ memory }: RunReport): string => {
  const entries = memory.states.reduce((sum, state) => sum + state.entries, 0)
  const bytes = memory.states.reduce((sum, state) => sum + (state.bytes ?? 0), 0)
  return [
    `process ${bytesText(memory.rssBytes)}`,
    `heap ${bytesText(memory.heapUsedBytes)}`,
    `external ${bytesText(memory.externalBytes)}`,
    `state ${countText(entries)} entries${bytes > 0 ? `, ${bytesText(bytes)} off the heap` : ""}`
  ].join(", ")
}

const recoveryRow = ({ cause, recoveryMs, restored }: RunReport["recoveries"][number]): readonly [string, string] => {
  const from = restored === null ? "the beginning" : `checkpoint ${restored}`
  return ["recovered", `from ${from} in ${millisText(recoveryMs)} after: ${shortText(cause, 200)}`]
}
