/**
 * Mistakes about checkpoints that refer to earlier ones: which may be a base, how long it is kept, and what belongs to
 * whom.
 */
import { assign } from "xstate"
import { rewriteCommands } from "../../packages/checker/src/mutation/index.ts"
import type { CheckpointId } from "../../packages/core/src/model/ids.ts"
import type { Acknowledgement, CheckpointCommand } from "../../packages/core/src/protocol/checkpointMessages.ts"
import {
  begin,
  type Completed,
  type CoordinatorStep,
  complete,
  type Invalidated,
  invalidate
} from "../../packages/core/src/protocol/coordinatorContext.ts"
import { type DesignedMutant, machine, protocolCommands, runtime } from "./DesignedMutant.ts"

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
    actions: { complete: assign(({ context }, what: Completed) => ({ ...complete(context, what), pins: [] })) }
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

export const baseMutants: ReadonlyArray<DesignedMutant> = [
  {
    name: "M25 a base is not pinned",
    anchor: "FLINK-29913: shared state discarded while several checkpoints are pending",
    killedBy: ["S26", "A1"],
    lengthMax: 60,
    change: pinsNothing
  },
  {
    name: "M26 a completion unpins the bases of all that is pending",
    anchor: "FLINK-29913, counted wrongly",
    killedBy: ["S26", "A1"],
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
    killedBy: ["S26", "S29"],
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
