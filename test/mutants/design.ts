/**
 * Mistakes that were made in other systems, seeded into the protocol one at a time: the design mutants.
 *
 * Each names where it comes from, the properties that are to notice it, and how long the shortest counterexample may be:
 * a mutant that somebody else notices, or late, says something about the properties.
 */
import { assign } from "xstate"
import { type CommandsOption, rewriteCommands } from "../../packages/checker/src/mutation/index.ts"
import type { CheckpointId } from "../../packages/core/src/model/ids.ts"
import type { Acknowledgement, CheckpointCommand } from "../../packages/core/src/protocol/checkpointMessages.ts"
import type { CommitterContext } from "../../packages/core/src/protocol/committerMachine.ts"
import type { Prepared } from "../../packages/core/src/protocol/committerMessages.ts"
import {
  begin,
  type CoordinatorStep,
  complete,
  type Invalidated,
  invalidate
} from "../../packages/core/src/protocol/coordinatorContext.ts"
import { excluding, including } from "../../packages/core/src/protocol/sorted.ts"
import type { DesignMutant, Machines } from "../model/system/Config.ts"
import type { Result } from "./harness/Result.ts"

/** The machines and the runtime around them, with their mistakes. */
export interface Variant {
  readonly machines: Machines
  readonly mutant?: DesignMutant
}

export interface DesignedMutant {
  readonly name: string
  /** Where it was seen. */
  readonly anchor: string
  /**
   * Beginnings of the names of the properties that may notice it; none if it changes nothing, because another defence
   * stands before it.
   */
  readonly killedBy: ReadonlyArray<string>
  /** Steps of the shortest counterexample, at most. */
  readonly lengthMax: number
  readonly change: (variant: Variant) => Variant
}

/** How the machines of the protocol name what they command. */
export const protocolCommands: CommandsOption = {
  action: "perform",
  nameOf: (command) =>
    typeof command === "object" && command !== null && "_tag" in command ? String(command._tag) : "?"
}

const runtime =
  (mutant: DesignMutant) =>
  (variant: Variant): Variant => ({ ...variant, mutant })

/** Changes one of the machines. */
const machine =
  <K extends keyof Machines>(key: K, change: (machine: Machines[K]) => Machines[K]) =>
  (variant: Variant): Variant => ({
    ...variant,
    machines: { ...variant.machines, [key]: change(variant.machines[key]) }
  })

/** A committer for which other transactions are due. */
const committing = (isDue: (prepared: Prepared, context: CommitterContext) => boolean) =>
  machine("committer", (committer) => {
    const due = (context: CommitterContext) => context.prepared.filter((prepared) => isDue(prepared, context))
    return committer.provide({
      guards: { isDue: ({ context }) => due(context).length > 0 },
      actions: {
        beginCommit: assign(({ context }) => ({
          commit: {
            _tag: "Commit" as const,
            upTo: context.completed,
            transactions: due(context).map(({ transaction }) => transaction)
          }
        }))
      }
    })
  })

/** What comes for an invalidated checkpoint is forgotten instead of carried into the next (rule 5). */
const isOfInvalidated = (context: Readonly<Record<string, unknown>>, event: object): boolean =>
  "id" in event && Array.isArray(context.capturing) && !context.capturing.includes(event.id)

const keepsStaleBlocked = machine("subtask", (subtask) =>
  subtask.provide({
    actions: {
      align: assign(({ context }, { channel, barrier }) => ({
        barrier,
        blocked: including(context.blocked, channel)
      }))
    }
  })
)

const forgetsOnlyCaptures = machine("subtask", (subtask) =>
  subtask.provide({
    actions: {
      forget: assign(({ context }, id: CheckpointId) => ({ capturing: excluding(context.capturing, id) }))
    }
  })
)

const dropsOfInvalidated = machine("subtask", (subtask) =>
  rewriteCommands(subtask, protocolCommands, (commands, place, { context, event }) =>
    place.event === "transaction.prepared" && isOfInvalidated(context, event) ? [] : commands
  )
)

const suspendsWithoutAbort = machine("coordinator", (coordinator) =>
  rewriteCommands(coordinator, protocolCommands, (commands, place) =>
    place.event === "coordinator.suspend"
      ? commands.filter((command) => protocolCommands.nameOf(command) !== "ToParts")
      : commands
  )
)

const hearsOldAttempts = machine("job", (job) => job.provide({ guards: { isThisAttempt: () => true } }))

const capturesAtFirstBarrier = machine("subtask", (subtask) => subtask.provide({ guards: { isComplete: () => true } }))

// Bases and what is shared.

const ids = (value: unknown): ReadonlyArray<CheckpointId> =>
  Array.isArray(value) ? value.filter((id): id is CheckpointId => typeof id === "number") : []

type StartOfCheckpoint = Extract<CoordinatorStep, { readonly _tag: "StartParts" }>

const isStartOfCheckpoint = (command: unknown): command is StartOfCheckpoint =>
  protocolCommands.nameOf(command) === "StartParts"

/** A coordinator that names other bases, and pins those. */
const basedOn = (choose: (context: Readonly<Record<string, unknown>>) => CheckpointId | undefined) =>
  machine("coordinator", (coordinator) =>
    rewriteCommands(
      coordinator.provide({
        actions: {
          begin: assign(({ context }) => {
            const base = choose({ ...context })
            const pins = base === undefined ? context.pins : [...context.pins, { id: context.nextId, base }]
            return { ...begin(context), pins }
          })
        }
      }),
      protocolCommands,
      (commands, _, { context }) =>
        commands.map((command) =>
          isStartOfCheckpoint(command) ? startedFrom(command, choose(context) ?? null) : command
        )
    )
  )

const startedFrom = (command: StartOfCheckpoint, base: CheckpointId | null): StartOfCheckpoint => ({
  ...command,
  parts: command.parts.map(({ key, input }) => ({
    key,
    input: input.isRecorded ? input : { ...input, barrier: { ...input.barrier, base } }
  }))
})

/** Where deltas are allowed at all. */
const isIncremental = ({ policy }: Readonly<Record<string, unknown>>): boolean =>
  typeof policy === "object" && policy !== null && "incremental" in policy && policy.incremental === true

const pinsNothing = machine("coordinator", (coordinator) =>
  coordinator.provide({ actions: { begin: assign(({ context }) => ({ ...begin(context), pins: [] })) } })
)

const unpinsAll = machine("coordinator", (coordinator) =>
  coordinator.provide({
    actions: { complete: assign(({ context }, id: CheckpointId) => ({ ...complete(context, id), pins: [] })) }
  })
)

const neverUnpins = machine("coordinator", (coordinator) =>
  coordinator.provide({
    actions: {
      invalidate: assign(({ context }, what: Invalidated) => ({ ...invalidate(context, what), pins: context.pins }))
    }
  })
)

const releasesShared = machine("checkpoint", (checkpoint) =>
  rewriteCommands(checkpoint, protocolCommands, (commands, _, { context }) =>
    commands.map((command) =>
      isRelease(command) ? { ...command, objects: [...command.objects, ...sharedBy(context.acknowledged)] } : command
    )
  )
)

const isRelease = (command: unknown): command is Extract<CheckpointCommand, { readonly _tag: "ReleaseState" }> =>
  protocolCommands.nameOf(command) === "ReleaseState"

const isAcknowledgement = (value: unknown): value is Acknowledgement =>
  typeof value === "object" && value !== null && "handle" in value

const sharedBy = (acknowledged: unknown): ReadonlyArray<string> =>
  Array.isArray(acknowledged) ? acknowledged.filter(isAcknowledgement).flatMap(({ handle }) => handle.shared) : []

export const designedMutants: ReadonlyArray<DesignedMutant> = [
  {
    name: "M1 alignment does not block the input",
    anchor: "FLINK-20645, FLINK-20654, FLINK-21104: corrupted checkpoints",
    killedBy: ["S4", "S16", "L2"],
    lengthMax: 60,
    change: runtime("blockedChannelIsRead")
  },
  {
    name: "M2 captured at the first barrier",
    anchor: "FLINK-20645, FLINK-20654, FLINK-21104: corrupted checkpoints",
    killedBy: ["S4", "S16"],
    lengthMax: 30,
    change: capturesAtFirstBarrier
  },
  {
    name: "M3 the plan misses a subtask",
    anchor: "FLINK-40482: a failed task counted as finished; FLINK-22087",
    killedBy: ["S3"],
    lengthMax: 35,
    change: runtime("planMissesSubtask")
  },
  {
    // The mailbox of a job is in order: nothing of an older attempt comes after its end.
    name: "M4 reports of an old attempt are accepted",
    anchor: "FLINK-5063: late acknowledgements",
    killedBy: [],
    lengthMax: 0,
    change: hearsOldAttempts
  },
  {
    name: "M5 a newer barrier keeps the channels that an older one blocked",
    anchor: "FLINK-17869, FLINK-21104: barriers out of order",
    killedBy: ["S4", "S16", "L2", "A7"],
    lengthMax: 35,
    change: keepsStaleBlocked
  },
  {
    name: "M6 a source's snapshot is one record ahead",
    anchor: "RisingWave 5396: a skipped epoch",
    killedBy: ["S4", "S2"],
    lengthMax: 35,
    change: runtime("sourceOffsetOffByOne")
  },
  {
    name: "M7 a restore does not rewind the source",
    anchor: "FLINK-3390, FLINK-34518",
    killedBy: ["S4", "S2", "L7"],
    lengthMax: 45,
    change: runtime("restoreWithoutRewind")
  },
  {
    name: "M8 notified before the manifest stands",
    anchor: "RisingWave 15464: an offset acknowledged before the commit",
    killedBy: ["S5", "S7"],
    lengthMax: 35,
    change: runtime("notifiedBeforeManifest")
  },
  {
    name: "M9 a sink commits at the barrier",
    anchor: "proposed in Iceberg 9694: duplicates",
    killedBy: ["S5"],
    lengthMax: 25,
    change: runtime("committedAtBarrier")
  },
  {
    name: "M10 prepared transactions are not in the snapshot",
    anchor: "Iceberg 15846, FLINK-29509, FLINK-29512, FLINK-29627",
    killedBy: ["S5", "S19", "S20"],
    lengthMax: 40,
    change: runtime("preparedNotInSnapshot")
  },
  {
    name: "M11 a notification commits only its own checkpoint",
    anchor: "FLINK-10377: a precondition that did not hold",
    killedBy: ["L6", "L7", "S24"],
    lengthMax: 45,
    change: committing((prepared, { completed }) => prepared.id === completed)
  },
  {
    name: "M12 a notification commits everything that is prepared",
    anchor: "FLINK-10377, the other side",
    killedBy: ["S5", "A9"],
    lengthMax: 35,
    change: committing((_, { completed }) => completed > 0)
  },
  {
    name: "M13 a restore forgets to commit what the checkpoint holds",
    anchor: "FLINK-23896: data dropped after a restore",
    killedBy: ["S2", "S19", "S20", "L6", "L7"],
    lengthMax: 40,
    change: runtime("restoreForgetsCommit")
  },
  {
    name: "M14 names of transactions are used again",
    anchor: "FLINK-8132, KIP-890",
    killedBy: ["S18"],
    lengthMax: 35,
    change: runtime("transactionNamesReused")
  },
  {
    name: "M15 open transactions survive a restore",
    anchor: "FLINK-23854, KAFKA-9891",
    killedBy: ["S20"],
    lengthMax: 35,
    change: runtime("openTransactionsSurviveRestore")
  },
  {
    name: "M16 a restore commits what its checkpoint does not hold",
    anchor: "FLINK-23854, the other side",
    killedBy: ["S20"],
    lengthMax: 35,
    change: runtime("restoreCommitsUnheld")
  },
  {
    name: "M17 an invalidation drops the transaction of its checkpoint",
    anchor: "Iceberg 15846, 11008: data of an aborted checkpoint",
    killedBy: ["S19"],
    lengthMax: 30,
    change: dropsOfInvalidated
  },
  {
    name: "M18 an unknown outcome is taken for a failure",
    anchor: "FLINK-22494, FLINK-24543",
    killedBy: ["S12", "S13", "S14", "A11"],
    lengthMax: 30,
    change: runtime("unknownOutcomeDiscards")
  },
  {
    name: "M19 subtasks do not hear of an invalidation",
    anchor: "FLINK-3261, FLINK-8871",
    killedBy: ["L4", "L8", "A14"],
    lengthMax: 25,
    change: runtime("invalidationNotSent")
  },
  {
    name: "M20 an invalidation that overtakes its barrier is forgotten",
    anchor: "FLINK-18063, FLINK-17994",
    killedBy: ["L4", "A8"],
    lengthMax: 30,
    change: forgetsOnlyCaptures
  },
  {
    name: "M21 what is pending stays pending after a failure",
    anchor: "FLINK-15152, FLINK-18137",
    killedBy: ["L1", "S11", "A1"],
    lengthMax: 40,
    change: suspendsWithoutAbort
  },
  {
    name: "M22 ids start over after a restart",
    anchor: "an id below the last completed one",
    killedBy: ["S6", "A3"],
    lengthMax: 40,
    change: runtime("idsStartOver")
  },
  {
    name: "M23 a restore takes the oldest checkpoint",
    anchor: "FLINK-34518: cleaned data, older restore",
    killedBy: ["S9"],
    lengthMax: 50,
    change: runtime("resumesFromOldest")
  },
  {
    name: "M24 objects are released before their entry is removed",
    anchor: "FLINK-22494: a checkpoint in the log without its state",
    killedBy: ["S8", "S13"],
    lengthMax: 50,
    change: runtime("releasedBeforeEntry")
  },
  {
    name: "M25 a base is not pinned",
    anchor: "FLINK-29913: shared state discarded while several checkpoints are pending",
    killedBy: ["S26"],
    lengthMax: 60,
    change: pinsNothing
  },
  {
    name: "M26 a completion unpins the bases of all that is pending",
    anchor: "FLINK-29913, counted wrongly",
    killedBy: ["S26"],
    lengthMax: 60,
    change: unpinsAll
  },
  {
    name: "M27 an invalidated checkpoint keeps its base for ever",
    anchor: "a reference that is never given back",
    killedBy: ["A1", "L10"],
    lengthMax: 60,
    change: neverUnpins
  },
  {
    name: "M28 a pending checkpoint is named as a base",
    anchor: "FLINK-6533: shared state of checkpoints that are not confirmed",
    killedBy: ["S26"],
    lengthMax: 40,
    change: basedOn((context) => (isIncremental(context) ? ids(context.pending).at(-1) : undefined))
  },
  {
    name: "M29 the last checkpoint is named as a base, also if it was invalidated",
    anchor: "FLINK-6533, once it is known to be of no use",
    killedBy: ["S26"],
    lengthMax: 40,
    change: basedOn(({ nextId, pending, ...context }) => {
      const [last] = ids([nextId])
      return isIncremental(context) && last !== undefined && last > 1 && !ids(pending).includes(last - 1)
        ? last - 1
        : undefined
    })
  },
  {
    name: "M30 a checkpoint of an earlier attempt is named as a base",
    anchor: "FLINK-26985: whose the shared state of a restored checkpoint is",
    killedBy: ["S26"],
    lengthMax: 60,
    change: basedOn((context) => (isIncremental(context) ? ids(context.retained).at(-1) : undefined))
  },
  {
    name: "M31 retention removes what newer checkpoints share",
    anchor: "FLINK-7783: a checkpoint is disposed of with what others refer to",
    killedBy: ["S13", "S26"],
    lengthMax: 50,
    change: runtime("retirementReleasesShared")
  },
  {
    name: "M32 an entry that is being removed protects nothing any more",
    anchor: "FLINK-7268: counts beside a deletion that is under way",
    killedBy: ["S13"],
    lengthMax: 60,
    change: runtime("entryBeingRemovedDoesNotCount")
  },
  {
    name: "M33 releasing an invalidated checkpoint removes what it shares",
    anchor: "FLINK-24611: an aborted checkpoint takes shared files with it",
    killedBy: ["S13", "S26"],
    lengthMax: 50,
    change: releasesShared
  },
  {
    name: "M34 the sweep of a start keeps only what checkpoints have written themselves",
    anchor: "FLINK-26985, at the start of a run",
    killedBy: ["S13", "S8"],
    lengthMax: 60,
    change: runtime("sweepForgetsShared")
  },
  {
    name: "M35 a restore reads the last delta only",
    anchor: "a chain of deltas without its beginning",
    killedBy: ["S27"],
    lengthMax: 60,
    change: runtime("restoreForgetsShared")
  },
  {
    name: "M36 changes are forgotten at the capture, not when their checkpoint is named as a base",
    anchor: "changes of an aborted checkpoint, lost for the next one",
    killedBy: ["S27"],
    lengthMax: 50,
    change: runtime("changesForgotten")
  }
]

/** What does not agree with what is expected of the design mutants; nothing if all is as it says. */
export const designDisagreements = (results: ReadonlyArray<Result>): ReadonlyArray<string> =>
  designedMutants.flatMap(({ name, killedBy, lengthMax }) => {
    const fate = results.find((result) => result.name === name)?.fate
    if (fate === undefined) return []
    if (killedBy.length === 0) {
      return fate._tag === "Equivalent" ? [] : [`${name}: ${fate._tag.toLowerCase()}, and it was equivalent.`]
    }
    if (fate._tag !== "Killed")
      return [`${name}: ${fate._tag.toLowerCase()}, but ${killedBy.join(" or ")} is to notice it.`]
    const { property, length, configuration } = fate
    const isExpected = killedBy.some((start) => property.startsWith(`${start} `))
    return [
      ...(isExpected ? [] : [`${name}: "${property}" notices it, not ${killedBy.join(" or ")}.`]),
      ...(length === null || length <= lengthMax
        ? []
        : [`${name}: ${length} steps in ${configuration}, where ${lengthMax} were enough.`])
    ]
  })

/** Pairs that look like two defences against one mistake: each may survive alone, both together may not. */
export const designedPairs: ReadonlyArray<readonly [string, string]> = [
  ["M4 reports of an old attempt are accepted", "M22 ids start over after a restart"]
]
