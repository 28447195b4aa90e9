import type { Clock } from "effect"
import type { OperatorDescriptor } from "../pipeline/describeOperators.ts"
import type { PhysicalPlan } from "../pipeline/PhysicalPlan.ts"
import type { Holder, JobStorage } from "../storage/CheckpointStorage.ts"
import type { CheckpointStats } from "./CheckpointStats.ts"
import type { JobFacts } from "./JobFacts.ts"
import type { JobSettings } from "./JobOptions.ts"

/** What the actors of a job share for the whole run. */
export interface JobContext {
  readonly settings: JobSettings
  readonly plan: PhysicalPlan
  readonly operators: ReadonlyArray<OperatorDescriptor>
  readonly storage: JobStorage
  readonly holder: Holder
  readonly clock: Clock.Clock
  readonly stats: CheckpointStats
  readonly told: JobFacts
}

export const nowOf = (job: JobContext): number => job.clock.currentTimeMillisUnsafe()

/** ISO 8601. */
export const timeOf = (job: JobContext): string => new Date(nowOf(job)).toISOString()
