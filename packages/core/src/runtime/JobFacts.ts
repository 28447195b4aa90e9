/**
 * What happens to a job, for whoever watches it: a stream of facts, told as they happen. A watcher that comes late hears
 * the last ones first; one that does not keep up loses the oldest.
 */
import { Effect, PubSub, Stream } from "effect"
import type { CheckpointKind } from "../model/Barrier.ts"
import type { CheckpointId } from "../model/ids.ts"
import type { InvalidationReason } from "../protocol/checkpointMachine.ts"
import type { JobContext as JobMachineContext } from "../protocol/jobMachine.ts"
import type { JobOutcome } from "../protocol/jobMessages.ts"

/** Where a job is in its life. */
export type JobStatus =
  | "starting"
  | "restoring"
  | "running"
  | "stopping"
  | "recovering"
  | "finishing"
  | "finished"
  | "stopped"
  | "cancelled"
  | "failed"

/** `at` is in milliseconds since the epoch. */
export type JobFact = { readonly at: number } & (
  | { readonly _tag: "StatusChanged"; readonly status: JobStatus }
  | { readonly _tag: "Restored"; readonly checkpoint: CheckpointId | null }
  /** Another attempt follows, or the end of the job. */
  | { readonly _tag: "AttemptFailed"; readonly attempt: number; readonly message: string }
  | { readonly _tag: "CheckpointTriggered"; readonly checkpoint: CheckpointId; readonly kind: CheckpointKind }
  | {
      readonly _tag: "CheckpointCompleted"
      readonly checkpoint: CheckpointId
      readonly kind: CheckpointKind
      readonly durationMs: number
      readonly bytes: number
      /** Records that the sources had emitted in all. */
      readonly records: number
    }
  | { readonly _tag: "CheckpointInvalidated"; readonly checkpoint: CheckpointId; readonly reason: InvalidationReason }
  /** The last one. */
  | { readonly _tag: "Ended"; readonly outcome: JobOutcome }
)

/** A fact before its time is noted. */
type Untimed<Fact> = Fact extends { readonly at: number } ? Omit<Fact, "at"> : never

const remembered = { capacity: 1_024, replay: 64 } as const

export class JobFacts {
  readonly #now: () => number
  readonly #facts: PubSub.PubSub<JobFact>
  #status: JobStatus = "starting"

  constructor(now: () => number) {
    this.#now = now
    this.#facts = Effect.runSync(PubSub.sliding<JobFact>(remembered))
  }

  tell(fact: Untimed<JobFact>): void {
    Effect.runSync(PubSub.publish(this.#facts, { ...fact, at: this.#now() }))
  }

  /** Tells of a change. */
  noteStatus(status: JobStatus): void {
    if (status === this.#status) return
    this.#status = status
    this.tell({ _tag: "StatusChanged", status })
  }

  /** Ends with the job. */
  get stream(): Stream.Stream<JobFact> {
    return Stream.takeUntil(Stream.fromPubSub(this.#facts), ({ _tag }) => _tag === "Ended")
  }
}

/** The status of a job in a state of its machine, such as `running.flowing`. */
export const jobStatus = (
  state: string,
  { attempt, outcome }: Pick<JobMachineContext, "attempt" | "outcome">
): JobStatus => {
  const [phase = "", part = ""] = state.split(".")
  switch (phase) {
    case "running":
      return part === "stopping" ? "stopping" : "running"
    case "claiming":
    case "restoring":
      return attempt > 1 ? "recovering" : "restoring"
    case "failing":
      return outcome === null ? "recovering" : "finishing"
    case "backingOff":
      return "recovering"
    case "finishing":
    case "recordingEnd":
    case "concluding":
      return "finishing"
    case "finished":
    case "stopped":
    case "cancelled":
    case "failed":
      return phase
    default:
      return "starting"
  }
}

/** `running.flowing` for nested state values. */
export const stateText = (value: unknown): string =>
  typeof value === "object" && value !== null
    ? Object.entries(value)
        .map(([state, inner]) => `${state}.${stateText(inner)}`)
        .join(" ")
    : String(value)
