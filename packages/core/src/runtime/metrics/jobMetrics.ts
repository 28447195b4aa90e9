/**
 * What a job measures of itself, as metric families. Everything is read from counts that exist anyway: nothing is measured
 * for the sake of a metric, and no record meets one.
 *
 * Counts begin with the process, those of tasks with an attempt; times are seconds, sizes bytes, as Prometheus advises.
 */
import { maxWatermark } from "../../model/time.ts"
import type { RunReport } from "../RunReport.ts"
import type { SubtaskView } from "../RunTotals.ts"
import type { MetricFamily, MetricSample } from "./MetricFamily.ts"

export interface Measured {
  readonly report: RunReport
  readonly subtasks: ReadonlyArray<SubtaskView>
  /** Of all completed checkpoints of this process. */
  readonly completedSums: { readonly durationMs: number; readonly bytes: number }
  /** Milliseconds since the epoch. */
  readonly now: number
}

export const jobMetrics = (measured: Measured): ReadonlyArray<MetricFamily> => {
  const job = { job: measured.report.job }
  return [
    ...lifeMetrics(measured),
    ...recordMetrics(measured),
    ...taskMetrics(measured),
    ...checkpointMetrics(measured),
    ...memoryMetrics(measured)
  ].map((family) => ({
    ...family,
    samples: family.samples.map((sample) => ({ ...sample, labels: { ...job, ...sample.labels } }))
  }))
}

const family = (
  type: MetricFamily["type"],
  [name, help]: readonly [name: string, help: string],
  samples: ReadonlyArray<MetricSample>
): MetricFamily => ({ name: `tidemark_${name}`, type, help, samples })

const one = (value: number | null, labels: MetricSample["labels"] = {}): ReadonlyArray<MetricSample> =>
  value === null ? [] : [{ labels, value }]

const seconds = (millis: number | null | undefined): number | null =>
  millis === null || millis === undefined ? null : millis / 1_000

const lifeMetrics = ({ report }: Measured): ReadonlyArray<MetricFamily> => [
  family(
    "gauge",
    ["job_info", "Always 1; what the job is."],
    one(1, { parallelism: String(report.parallelism), threads: String(report.threads) })
  ),
  family(
    "gauge",
    ["job_running", "1 while records can flow."],
    one(report.outcome === null && report.state.startsWith("running") ? 1 : 0)
  ),
  family(
    "gauge",
    ["job_uptime_seconds", "Since the job was started in this process."],
    one(seconds(report.durationMs))
  ),
  family("counter", ["restarts_total", "Attempts after the first, in this process."], one(report.restarts)),
  family("counter", ["recoveries_total", "Failures from which the job has recovered."], one(report.recoveries.length)),
  family(
    "gauge",
    ["recovery_last_duration_seconds", "From the last failure until records could flow again."],
    one(seconds(report.recoveries.at(-1)?.recoveryMs))
  )
]

const byOperator = (counts: ReadonlyArray<readonly [operator: string, value: number]>): ReadonlyArray<MetricSample> =>
  counts.map(([operator, value]) => ({ labels: { operator }, value }))

const recordMetrics = ({ report }: Measured): ReadonlyArray<MetricFamily> => {
  const sources = Object.entries(report.sources)
  const sinks = Object.entries(report.sinks)
  return [
    family(
      "counter",
      ["records_in_total", "Records that a source has emitted, repeated ones included."],
      byOperator(sources.map(([uid, { recordsIn }]) => [uid, recordsIn]))
    ),
    family(
      "counter",
      ["records_skipped_total", "Malformed records that a source's policy has skipped."],
      byOperator(sources.map(([uid, { skippedRecords }]) => [uid, skippedRecords]))
    ),
    family(
      "counter",
      ["records_out_total", "Records handed to a sink."],
      byOperator(sinks.map(([uid, { recordsOut }]) => [uid, recordsOut]))
    ),
    family(
      "counter",
      ["records_late_total", "Records that came when their window had fired."],
      byOperator(Object.entries(report.lateByOperator))
    ),
    family("gauge", ["position_records", "Where the sources stand, over all runs."], one(report.position.records))
  ]
}

const taskMetrics = ({ now, subtasks }: Measured): ReadonlyArray<MetricFamily> => {
  const bySubtask = (value: (subtask: SubtaskView) => number | null): ReadonlyArray<MetricSample> =>
    subtasks.flatMap((subtask) => one(value(subtask), { task: subtask.task, subtask: String(subtask.index) }))
  const eventTime = ({ totals: { watermark } }: SubtaskView): number | null =>
    Number.isFinite(watermark) && watermark < maxWatermark ? watermark : null
  return [
    family(
      "counter",
      ["task_records_received_total", "Records that a subtask has taken from other tasks, in this attempt."],
      bySubtask(({ usage }) => usage.received)
    ),
    family(
      "counter",
      ["task_records_sent_total", "Records that a subtask has given to other tasks, in this attempt."],
      bySubtask(({ usage }) => usage.sent)
    ),
    family(
      "counter",
      ["task_elements_taken_total", "Elements of any kind taken from other tasks: batches, watermarks, barriers."],
      bySubtask(({ usage }) => usage.elements.taken)
    ),
    family(
      "counter",
      [
        "task_elements_put_total",
        "Elements of any kind given to other tasks: what nobody has taken waits in channels."
      ],
      bySubtask(({ usage }) => usage.elements.put)
    ),
    family(
      "gauge",
      ["task_backpressured", "1 while a subtask waits for others to take what it has put out."],
      bySubtask(({ usage }) => (usage.isBackpressured ? 1 : 0))
    ),
    family(
      "gauge",
      ["watermark_timestamp_seconds", "Event time of a subtask; left out before the first and after the last."],
      bySubtask((subtask) => seconds(eventTime(subtask)))
    ),
    family(
      "gauge",
      ["watermark_lag_seconds", "How far the event time of a subtask is behind the clock."],
      bySubtask((subtask) => {
        const watermark = eventTime(subtask)
        return watermark === null ? null : (now - watermark) / 1_000
      })
    )
  ]
}

const checkpointMetrics = ({ completedSums, now, report }: Measured): ReadonlyArray<MetricFamily> => {
  const { completed, history, invalidated } = report.checkpoints
  const last = history.at(-1)
  const subtasks = Object.values(last?.subtasks ?? {})
  const longest = (millis: ReadonlyArray<number>): number | null =>
    millis.length === 0 ? null : Math.max(...millis) / 1_000
  return [
    family(
      "counter",
      ["checkpoints_total", "Checkpoints by how they ended."],
      [
        ...one(completed, { outcome: "completed", reason: "" }),
        ...Object.entries(invalidated).flatMap(([reason, count]) => one(count, { outcome: "invalidated", reason }))
      ]
    ),
    family(
      "gauge",
      ["checkpoint_reliability_ratio", "R: completed checkpoints by attempts resolved."],
      one(report.reliability)
    ),
    family(
      "summary",
      ["checkpoint_duration_seconds", "From the trigger to the entry in the log."],
      [
        { labels: {}, value: completedSums.durationMs / 1_000, part: "sum" },
        { labels: {}, value: completed, part: "count" }
      ]
    ),
    family(
      "counter",
      ["checkpoint_bytes_total", "Bytes of state that completed checkpoints have written."],
      one(completedSums.bytes)
    ),
    family("gauge", ["checkpoint_last_id", "Id of the last completed checkpoint."], one(last?.id ?? null)),
    family(
      "gauge",
      ["checkpoint_last_duration_seconds", "How long the last completed checkpoint took."],
      one(seconds(last?.durationMs))
    ),
    family(
      "gauge",
      ["checkpoint_last_bytes", "What the last completed checkpoint has written."],
      one(last?.bytes ?? null)
    ),
    family("gauge", ["checkpoint_last_timestamp_seconds", "When it was completed."], one(seconds(last?.at))),
    family(
      "gauge",
      ["checkpoint_last_age_seconds", "Since the last completed checkpoint; since the start before the first."],
      one(seconds(last === undefined ? report.durationMs : now - last.at))
    ),
    family(
      "gauge",
      ["checkpoint_last_alignment_seconds", "Longest wait of a subtask for the barriers of its other channels."],
      one(longest(subtasks.map(({ alignmentMs }) => alignmentMs)))
    ),
    family(
      "gauge",
      ["checkpoint_last_sync_seconds", "Longest time for which the last checkpoint stopped a subtask."],
      one(longest(subtasks.map(({ syncMs }) => syncMs)))
    ),
    family(
      "gauge",
      ["checkpoint_next_trigger_timestamp_seconds", "When the next periodic checkpoint is due."],
      one(seconds(report.nextTriggerAt))
    )
  ]
}

const memoryMetrics = ({ report: { memory } }: Measured): ReadonlyArray<MetricFamily> => {
  const byState = (value: (state: RunReport["memory"]["states"][number]) => number | null) =>
    memory.states.flatMap((usage) => one(value(usage), { operator: usage.operator, state: usage.state }))
  return [
    family(
      "gauge",
      ["state_entries", "Entries of a keyed state, over all subtasks."],
      byState(({ entries }) => entries)
    ),
    family(
      "gauge",
      [
        "state_memory_bytes",
        "Memory off the heap of a keyed state, with what snapshots in flight keep; none for states in maps."
      ],
      byState(({ bytes }) => bytes)
    ),
    family("gauge", ["process_resident_memory_bytes", "Of the whole process."], one(memory.rssBytes)),
    family(
      "gauge",
      ["process_heap_used_bytes", "JavaScript heap of the job's main thread."],
      one(memory.heapUsedBytes)
    ),
    family(
      "gauge",
      ["process_external_memory_bytes", "What the main thread holds outside of its heap."],
      one(memory.externalBytes)
    )
  ]
}
