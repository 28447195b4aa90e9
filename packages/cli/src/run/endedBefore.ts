/** What the log says of a job that has nothing left to do. */
import type { RunReport } from "@tidemark/core"
import { type CheckpointStorage, type FormatTooNew, readLog, type StorageFailure } from "@tidemark/core/storage"
import { Effect } from "effect"
import { countText } from "../output/format.ts"

export interface EndedBefore {
  readonly end: "finished" | "cancelled"
  /** As the run's own, with the position that the job had reached. */
  readonly report: RunReport
}

export const readEndedBefore = Effect.fnUntraced(function* (
  storage: CheckpointStorage,
  report: RunReport
): Effect.fn.Return<EndedBefore, StorageFailure | FormatTooNew> {
  const { view } = yield* readLog(yield* storage.inspect(report.job))
  const records = view.completed.at(-1)?.manifest.records ?? 0
  return { end: view.end ?? "finished", report: { ...report, position: { records } } }
})

export const endedBeforeText = ({ end, report }: EndedBefore): string =>
  end === "finished"
    ? `Job "${report.job}" has already finished (${countText(report.position.records)} records): nothing to do, nothing was changed.\n` +
      "For another input or a changed pipeline: other --checkpoints and output, or --resume never --rewind-output."
    : `Job "${report.job}" was cancelled: nothing to do, nothing was changed. Pass --resume latest to go on with it.`
