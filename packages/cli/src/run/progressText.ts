/** How a running job stands, in one line. */
import type { RunReport } from "@tidemark/core"
import { bytesText, countText, millisText, watermarkText } from "../output/format.ts"
import type { Paint } from "../output/paint.ts"

export interface Progress {
  readonly report: RunReport
  /** Null before there is anything to compare with. */
  readonly recordsPerSecond: number | null
  /** Records that the input holds, where the job says so. */
  readonly expectedRecords: number | null
  /** A log may hold lines of several jobs, a terminal's width is scarce. */
  readonly isNamed: boolean
}

export const progressText = (
  { report, recordsPerSecond, expectedRecords, isNamed }: Progress,
  paint: Paint
): string => {
  const { checkpoints, position, watermark } = report
  const last = checkpoints.history.at(-1)
  return [
    `${isNamed ? `${paint.bold(report.job)} ` : ""}${stateText(report, paint)}`,
    `${countText(position.records)} records`,
    recordsPerSecond === null ? null : `${countText(recordsPerSecond)}/s`,
    expectedRecords === null ? null : shareText(position.records, expectedRecords),
    watermark === null ? null : `watermark ${watermarkText(watermark)}`,
    last === undefined
      ? null
      : `checkpoint ${last.id} ${paint.dim(`(${millisText(last.durationMs)}, ${bytesText(last.bytes)})`)}`
  ]
    .filter((part) => part !== null)
    .join(paint.dim(" · "))
}

const shareText = (records: number, expected: number): string =>
  `${expected <= 0 ? 100 : Math.min(100, Math.floor((100 * records) / expected))}%`

const stateText = ({ restarts, state }: RunReport, paint: Paint): string => {
  const [phase = "", part = ""] = state.split(".")
  if (phase === "running") return part === "stopping" ? paint.yellow("stopping") : paint.green("running")
  if (phase === "failing" || phase === "backingOff") return paint.yellow("recovering")
  if (phase === "claiming" || phase === "restoring") return paint.yellow(restarts > 0 ? "recovering" : "restoring")
  return phase === "created" ? "starting" : "finishing"
}
