import type { Clock } from "effect"
import type { CheckpointId, Term } from "../model/ids.ts"
import type { CoordinatorEvent } from "../protocol/coordinatorMachine.ts"
import type { JobEvent } from "../protocol/jobMachine.ts"
import type { ObjectStorage } from "../storage/CheckpointStorage.ts"
import type { CheckpointStats } from "./CheckpointStats.ts"
import type { EncodingGauge } from "./EncodingGauge.ts"
import type { Failure } from "./failureReport.ts"
import type { Inspector } from "./Inspection.ts"
import type { RecordCounter } from "./RecordCounter.ts"
import type { Heartbeat } from "./watchdog/Heartbeat.ts"

/** What the subtasks of one attempt share. */
export interface AttemptContext {
  readonly job: string
  readonly attempt: number
  readonly term: Term
  /** The restored checkpoint; 0 for an empty start. */
  readonly restored: CheckpointId
  /** The restored checkpoint was taken at the end of all data, and the job goes on from there: its sources are over. */
  readonly isDrained: boolean
  readonly storage: ObjectStorage
  readonly stats: Pick<CheckpointStats, "measured">
  readonly counter: Pick<RecordCounter, "add">
  readonly encoding: Pick<EncodingGauge, "begin">
  readonly clock: Clock.Clock
  readonly inspect: Inspector | null
  /** What the watchdog looks at; none when it is off. */
  readonly heartbeat?: Heartbeat | null
  readonly tellCoordinator: (event: CoordinatorEvent) => void
  readonly tellJob: (event: JobEvent) => void
  readonly fail: (failure: Failure) => void
}
