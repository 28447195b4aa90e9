/** Mistakes about barriers that are tracked, and about failures that are forgotten. */
import { assign } from "xstate"
import { rewriteCommands } from "../../packages/checker/src/mutation/index.ts"
import type { Barrier } from "../../packages/core/src/model/Barrier.ts"
import type { ChannelId } from "../../packages/core/src/model/ids.ts"
import { isComplete } from "../../packages/core/src/protocol/alignment.ts"
import { captured } from "../../packages/core/src/protocol/subtaskContext.ts"
import { type DesignedMutant, machine, protocolCommands } from "./DesignedMutant.ts"

const capturesTrackedAtFirst = machine("subtask", (subtask) =>
  subtask.provide({
    guards: {
      isComplete: ({ context }, at: { readonly channel: ChannelId; readonly barrier: Barrier }) =>
        at.barrier.alignment === "tracked" || isComplete(context, at.channel, at.barrier)
    }
  })
)

const countsNewestOnly = machine("subtask", (subtask) =>
  subtask.provide({
    actions: {
      track: assign((_, { barrier, channel }: { readonly channel: ChannelId; readonly barrier: Barrier }) => ({
        tracked: [{ id: barrier.id, delivered: [channel] }]
      }))
    }
  })
)

const keepsTrackingCaptured = machine("subtask", (subtask) =>
  subtask.provide({
    actions: {
      captured: assign(({ context }, barrier: Barrier) => ({ ...captured(context, barrier), tracked: context.tracked }))
    }
  })
)

const forgetsAllAtOnce = machine("job", (job) => job.provide({ actions: { forgetOne: assign({ failures: 0 }) } }))

const forgetsNothing = machine("job", (job) => job.provide({ guards: { isForgetting: () => false } }))

const remembersForEver = machine("job", (job) =>
  rewriteCommands(job, protocolCommands, (commands, place) =>
    place.kind === "entry" && place.state[0] === "failing"
      ? commands.filter((command) => protocolCommands.nameOf(command) !== "SetTimer")
      : commands
  )
)

export const modeMutants: ReadonlyArray<DesignedMutant> = [
  {
    name: "M61 a tracked checkpoint is captured at its first barrier",
    anchor: "M2, where barriers are tracked",
    killedBy: ["S4", "S16"],
    lengthMax: 30,
    change: capturesTrackedAtFirst
  },
  {
    name: "M62 only the newest of several tracked checkpoints is counted",
    anchor: "a tracker with room for one checkpoint",
    killedBy: ["S11", "A7", "every"],
    lengthMax: 40,
    change: countsNewestOnly
  },
  {
    name: "M63 a capture leaves its checkpoint tracked",
    anchor: "a tracker that does not clear what is past",
    killedBy: ["A7"],
    lengthMax: 40,
    change: keepsTrackingCaptured
  },
  {
    name: "M64 a failure that is forgotten forgets the others with it",
    anchor: "the failures within a time, counted by one timer",
    killedBy: ["A21"],
    lengthMax: 30,
    change: forgetsAllAtOnce
  },
  {
    name: "M65 a failure is remembered when its time is over",
    anchor: "a restart policy whose window is never left",
    killedBy: ["A21"],
    lengthMax: 30,
    change: forgetsNothing
  },
  {
    name: "M66 nobody will forget a failure",
    anchor: "a restart policy that forgets to begin the window",
    killedBy: ["A21"],
    lengthMax: 30,
    change: remembersForEver
  },
  {
    name: "M67 a tracked barrier is aligned all the same",
    anchor: "a mode that is chosen and changes nothing",
    killedBy: ["A7"],
    lengthMax: 30,
    change: machine("subtask", (subtask) => subtask.provide({ guards: { isTracked: () => false } }))
  }
]
