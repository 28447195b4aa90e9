/**
 * Mistakes that were made in other systems, seeded into the protocol one at a time: the design mutants.
 *
 * Each names where it comes from, the properties that are to notice it, and how long the shortest counterexample may be:
 * a mutant that somebody else notices, or late, says something about the properties.
 */
import { assign } from "xstate"
import { rewriteCommands } from "../../packages/checker/src/mutation/index.ts"
import type { CheckpointId } from "../../packages/core/src/model/ids.ts"
import type { CommitterContext } from "../../packages/core/src/protocol/committerMachine.ts"
import type { Prepared } from "../../packages/core/src/protocol/committerMessages.ts"
import { excluding, including } from "../../packages/core/src/protocol/sorted.ts"
import { baseMutants } from "./baseMutants.ts"
import { type DesignedMutant, machine, protocolCommands, runtime } from "./DesignedMutant.ts"
import type { Result } from "./harness/Result.ts"
import { modeMutants } from "./modeMutants.ts"
import { savepointMutants } from "./savepointMutants.ts"

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

const otherMutants: ReadonlyArray<DesignedMutant> = [
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
    killedBy: ["S4", "S2", "S32", "L7"],
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
    killedBy: ["L6", "L7", "S20", "S24"],
    lengthMax: 51,
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
  }
]

export const designedMutants: ReadonlyArray<DesignedMutant> = [
  ...otherMutants,
  ...baseMutants,
  ...modeMutants,
  ...savepointMutants
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
