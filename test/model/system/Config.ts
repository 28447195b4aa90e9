/** What a configuration of the model chooses: the plan, the policies, what happens from outside and what may go wrong. */
import type { TerminalKind } from "../../../packages/core/src/model/Barrier.ts"
import type { CheckpointId } from "../../../packages/core/src/model/ids.ts"
import type { RestoreMode } from "../../../packages/core/src/model/RestoreMode.ts"
import type { machines } from "../../../packages/core/src/protocol/machines.ts"
import type { CheckpointPolicy, RestartPolicy, Resume } from "../../../packages/core/src/protocol/policy.ts"
import type { Plan } from "./plan.ts"

export type Machines = typeof machines

/** Timers of the protocol; `expiry` stands for those of all checkpoints, `forget` for those of all failures. */
export type TimerName =
  | "interval"
  | "minPause"
  | "terminalRetry"
  | "expiry"
  | "stable"
  | "forget"
  | "stopTimeout"
  | "backoff"

/** What people do to the system, and how often at most. */
export interface Stimuli {
  /** Somebody asks for a checkpoint. */
  readonly request?: number
  /** The sources have emitted as many records as the trigger counts. */
  readonly count?: number
  /** The interval of the trigger is chosen anew. */
  readonly adapt?: number
  readonly stop?: number
  /** The kind of the last checkpoint that a stop asks for; a plain one if left out. */
  readonly stopKind?: TerminalKind
  /** Somebody asks for a savepoint. */
  readonly savepoint?: number
  readonly cancel?: number
  /** A second process starts while the first one runs. */
  readonly secondProcess?: boolean
  /** A second process starts after the first one has ended. */
  readonly laterProcess?: boolean
  /** A subtask fails; which one is named by the key. */
  readonly failure?: Readonly<Record<string, number>>
  /** A subtask chooses to write its next snapshot in full; which one is named by the key. */
  readonly compaction?: Readonly<Record<string, number>>
  /** The state of the newest checkpoint is damaged on its disk. */
  readonly damage?: number
}

/** Defects of the runtime around the machines, seeded one at a time to see who notices. */
export type DesignMutant =
  | "sourceOffsetOffByOne"
  | "restoreWithoutRewind"
  | "restoreForgetsCommit"
  | "restoreCommitsUnheld"
  | "openTransactionsSurviveRestore"
  | "transactionNamesReused"
  | "notifiedBeforeManifest"
  | "committedAtBarrier"
  | "preparedNotInSnapshot"
  | "unknownOutcomeDiscards"
  | "planMissesSubtask"
  | "blockedChannelIsRead"
  | "invalidationNotSent"
  | "idsStartOver"
  | "resumesFromOldest"
  | "releasedBeforeEntry"
  | "witnessAskedOnce"
  | "retirementReleasesShared"
  | "entryBeingRemovedDoesNotCount"
  | "sweepForgetsShared"
  | "restoreForgetsShared"
  | "changesForgotten"
  | "savepointCommits"
  | "keptIsForgotten"
  | "restoreForgetsMode"
  | "drainIsForgotten"
  | "rollbackForgetsSavepoints"

export interface ProtocolConfig {
  readonly name: string
  readonly plan: Plan
  /** False for sources that never end. Default true. */
  readonly hasEnd?: boolean
  readonly policy?: Partial<CheckpointPolicy>
  readonly restarts?: RestartPolicy
  readonly resume?: Resume
  /** What the second process was told to restore; else it does as the first. */
  readonly restores?: { readonly from: CheckpointId; readonly mode: RestoreMode }
  /** How many ids a claim reserves; default 6. */
  readonly idBlock?: number
  readonly stimuli?: Stimuli
  /** Timers that may fire; the others take longer than the run. Default: `backoff` and `terminalRetry`. */
  readonly timers?: ReadonlyArray<TimerName>
  /** A fired timer waits in its actor's mailbox, where an order to cancel it does not find it. Default false: it is heard at once. */
  readonly timersArePosted?: boolean
  /**
   * Every subtask hears of a completed checkpoint, not only those with transactions and only the last one. Default false:
   * nobody else does anything on it.
   */
  readonly allAreNotified?: boolean
  /** Snapshots are stored, and transactions prepared, at the moment of the capture. Default false: they take their time. */
  readonly capturesArePrompt?: boolean
  /** Budgets of the checker by kind, or by place and kind: see {@link places}. */
  readonly faults?: Readonly<Record<string, number>>
  /** Kinds of mail that may be lost or come twice, where `faults` allow it. Default: all that rule 5 allows. */
  readonly unreliable?: ReadonlyArray<string>
  /** No checkpoint beyond this one is triggered in what is explored. */
  readonly idsMax?: number
  /** No claim of a higher term is explored further: two processes may take the log from each other for ever. */
  readonly termsMax?: number
  readonly machines?: Machines
  readonly mutant?: DesignMutant
}

/** A configuration with all its choices made. */
export interface Settings {
  readonly config: ProtocolConfig
  readonly plan: Plan
  readonly hasEnd: boolean
  readonly policy: CheckpointPolicy
  readonly restarts: RestartPolicy
  readonly resume: Resume
  readonly idBlock: number
  readonly timers: ReadonlyArray<TimerName>
  readonly mutant: DesignMutant | null
}

export const settingsOf = (config: ProtocolConfig): Settings => ({
  config,
  plan: config.plan,
  hasEnd: config.hasEnd ?? true,
  policy: {
    trigger: "manual",
    concurrentMax: 1,
    toleratedFailures: null,
    retained: 1,
    queuedTriggersMax: 2,
    incremental: false,
    ...config.policy
  },
  restarts: config.restarts ?? { restartsMax: null },
  resume: config.resume ?? "on-failure",
  idBlock: config.idBlock ?? 6,
  timers: config.timers ?? ["backoff", "terminalRetry"],
  mutant: config.mutant ?? null
})
