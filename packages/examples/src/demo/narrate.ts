/** A run in words: how far it is, where it was killed, and where it went on. */
import { Option, Schema } from "effect"
import { bytes, count, millis, minute, type Painter, percent, plural } from "./format.ts"
import type { Running, SplitStart } from "./messages.ts"
import type { ProcessLog } from "./RunLog.ts"

const barWidth = 20
/** A rate over less time would say nothing. */
const measuredFromMs = 150

/** Records per second, progress, watermark and the last checkpoint. */
export const progressLine = (log: ProcessLog, total: number, paint: Painter): string => {
  const { progress } = log
  if (progress === null) return ""
  const share = progress.position / total
  const filled = Math.round(share * barWidth)
  const isMeasured = progress.flowingMs > measuredFromMs
  const last = log.completed.at(-1)
  const parts = [
    `${paint("cyan", "█".repeat(filled))}${paint("dim", "░".repeat(barWidth - filled))} ${percent(share).padStart(5)}`,
    `${count(progress.position)} flights`,
    isMeasured ? `${count((progress.recordsIn / progress.flowingMs) * 1_000)}/s` : null,
    progress.watermark === null ? null : `watermark ${minute(progress.watermark)}`,
    last === undefined ? null : `checkpoint ${last.id}: ${millis(last.durationMs)}, ${bytes(last.bytes)}`
  ]
  return `  ${parts.filter((part) => part !== null).join("  ")}`
}

export const killLine = (log: ProcessLog, pid: number, paint: Painter): string => {
  const inFlight = log.begun.at(-1) ?? 0
  const isInFlight = !log.completed.some(({ id }) => id >= inFlight)
  const during = isInFlight ? `, just after checkpoint ${inFlight} had begun` : ""
  const position = count(log.progress?.position ?? 0)
  return `  ${paint("red", `kill -9 ${pid}`)} after ${position} flights and ${plural(log.completed.length, "checkpoint")}${during}`
}

/** Which checkpoint was restored, how fast, and where each split goes on. */
export const restoreLines = (log: ProcessLog, running: Running, paint: Painter): ReadonlyArray<string> => {
  const restored = running.restored === null ? "nothing to restore" : `restored checkpoint ${running.restored}`
  const recovery = log.recoveryMs === null ? "" : `; flights flow ${recoveryText(running, log.recoveryMs)}`
  const goOn = running.splits.filter(({ position }) => position !== null)
  const notBegun = running.splits.length - goOn.length
  return [
    `  ${paint("green", restored)} in ${millis(running.restoreMs)}, now with parallelism ${log.parallelism}${recovery}`,
    `    flights counted so far: ${count(running.records)}; row groups: ${running.splitsFinished} finished, ${goOn.length} begun, ${notBegun} to come`,
    ...goOn.map((split) => `    ${split.id} goes on at ${positionText(split)} in subtask ${split.subtask}`)
  ]
}

/** T_recovery as an observer of the process sees it, and what it consists of. */
export const recoveryText = ({ startMs, restoreMs }: Running, recoveryMs: number): string =>
  `${millis(recoveryMs)} after the kill (start of the process ${millis(startMs)}, restore ${millis(restoreMs)})`

const decodeRow = Schema.decodeUnknownOption(Schema.Struct({ row: Schema.Int }))

const positionText = ({ position }: SplitStart): string =>
  Option.match(decodeRow(position), {
    onNone: () => JSON.stringify(position),
    onSome: ({ row }) => `row ${count(row)}`
  })
