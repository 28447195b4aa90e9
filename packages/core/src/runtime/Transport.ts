/**
 * How elements get from one subtask to another. Today all subtasks share one thread and elements pass by reference; a
 * transport between threads or machines gives each subtask the same ends.
 */
import { channelId, type SubtaskId, subtaskId } from "../model/ids.ts"
import { invariant } from "../model/invariant.ts"
import type { PhysicalPlan } from "../pipeline/PhysicalPlan.ts"
import { Channel } from "./Channel.ts"
import { Signal } from "./Signal.ts"

export interface Transport {
  readonly endsOf: (subtask: SubtaskId) => SubtaskEnds
}

/** What one subtask sees of its channels; outputs are in the order of the target subtasks. */
export interface SubtaskEnds {
  /** Wakes the subtask's loop: something came, or a full channel has room again. */
  readonly signal: Signal
  readonly inputs: ReadonlyArray<Channel>
  readonly outputs: ReadonlyArray<Channel>
}

/** Batches that a channel holds before its sender waits. */
const channelCapacity = 4

interface OpenEnds {
  readonly signal: Signal
  readonly inputs: Array<Channel>
  readonly outputs: Array<Channel>
}

/** Connects every subtask before an exchange with every subtask behind it, within this thread. */
export const inlineTransport = (plan: PhysicalPlan, parallelism: number): Transport => {
  const ends = new Map<SubtaskId, OpenEnds>()
  const indexes = Array.from({ length: parallelism }, (_, index) => index)
  for (const { id: task } of plan.tasks) {
    for (const index of indexes) {
      ends.set(subtaskId({ task, index }), { signal: new Signal(), inputs: [], outputs: [] })
    }
  }
  const endsOf = (subtask: SubtaskId): OpenEnds => {
    const found = ends.get(subtask)
    invariant(found !== undefined, "every subtask of the plan is connected", subtask)
    return found
  }
  for (const { id: task, output } of plan.tasks) {
    if (output._tag !== "Exchange") continue
    for (const sender of indexes) {
      for (const receiver of indexes) {
        const from = subtaskId({ task, index: sender })
        const to = subtaskId({ task: output.to, index: receiver })
        const channel = new Channel({
          id: channelId({ from, to }),
          capacity: channelCapacity,
          sender: endsOf(from).signal,
          receiver: endsOf(to).signal
        })
        endsOf(from).outputs.push(channel)
        endsOf(to).inputs.push(channel)
      }
    }
  }
  return { endsOf }
}
