/**
 * What a step of a subtask may do to the data plane: synchronously, in order, before the next element is taken. The
 * runtime and an abstract data plane implement it; `mayRead` says what may be taken next.
 */
import type { Barrier } from "../model/Barrier.ts"
import type { ChannelId } from "../model/ids.ts"
import type { SubtaskCommand } from "./subtaskMessages.ts"

export interface TaskPort {
  /** The channel has delivered its barrier; the input gate reads the machine's blocked set. */
  readonly block: (channel: ChannelId) => void
  readonly unblock: (channels: ReadonlyArray<ChannelId>) => void
  /** Fixes state and positions as they are now. */
  readonly capture: (barrier: Barrier) => void
  /** Sends what was emitted before, then the barrier, to every output. */
  readonly forward: (barrier: Barrier) => void
  readonly emitEndOfData: () => void
}

/** The commands of a subtask's machine that concern its records: done before the next element is taken. */
export type DataPlaneCommand = Extract<
  SubtaskCommand,
  { readonly _tag: "Block" | "Unblock" | "Capture" | "Forward" | "EmitEndOfData" }
>

/** Carries a command out on a task. */
export const performOn = (port: TaskPort, command: DataPlaneCommand): void => {
  switch (command._tag) {
    case "Block":
      port.block(command.channel)
      return
    case "Unblock":
      port.unblock(command.channels)
      return
    case "Capture":
      port.capture(command.barrier)
      return
    case "Forward":
      port.forward(command.barrier)
      return
    case "EmitEndOfData":
      port.emitEndOfData()
      return
  }
}
