/** The status of a running job, for people. */
import type { ControlStatus } from "../control/messages.ts"
import { bytesText, countText, millisText, shortText, tableText } from "../output/format.ts"

export const statusText = (status: ControlStatus): string => {
  const { lastCheckpoint: last, lastFailure, savepoint } = status
  const rows: ReadonlyArray<readonly [string, string]> = [
    ["process", status.holder],
    ["since", `${millisText(status.durationMs)}, ${countText(status.restarts)} restarts`],
    ["records", countText(status.records)],
    ["checkpoints", checkpointsText(status)],
    [
      "last",
      last === null
        ? "none in this run"
        : `${last.kind} ${last.id} at ${new Date(last.at).toISOString()}, ${millisText(last.durationMs)}, ${bytesText(last.bytes)}`
    ],
    ...(savepoint === null ? [] : [["savepoint", `${savepoint.id} ${savepoint.path}`] as const]),
    ...(lastFailure === null ? [] : [["failure", shortText(lastFailure, 200)] as const])
  ]
  const lines = tableText(rows).split("\n")
  return [`${status.job} ${status.status}`, ...lines.map((line) => `  ${line}`)].join("\n")
}

const checkpointsText = ({ checkpointsCompleted, reliability }: ControlStatus): string =>
  `${countText(checkpointsCompleted)} completed, R ${reliability === null ? "-" : reliability.toFixed(3)}`
