/**
 * How elements get from one subtask to another: by reference within a thread, by a link to what works elsewhere. A
 * transport between threads or machines gives each subtask the same ends.
 */
import { type ChannelId, channelId, type SubtaskId, subtaskId } from "../model/ids.ts"
import { InvariantViolation, invariant } from "../model/invariant.ts"
import type { PhysicalPlan, TaskPlan } from "../pipeline/PhysicalPlan.ts"
import { Channel } from "./Channel.ts"
import type { ChannelReceiver, ChannelSender } from "./ChannelEnds.ts"
import { Signal } from "./Signal.ts"

export interface Transport {
  readonly endsOf: (subtask: SubtaskId) => SubtaskEnds
}

/** What one subtask sees of its channels; outputs are in the order of the target subtasks. */
export interface SubtaskEnds {
  /** Wakes the subtask's loop: something came, or a full channel has room again. */
  readonly signal: Signal
  /**
   * Turns of the event loop in which the loop looks again before it waits for the signal. What another thread sends comes
   * soon, and being woken takes longer than these turns: between two busy threads this was worth half as much again.
   */
  readonly turnsBeforeWaiting: number
  readonly inputs: ReadonlyArray<ChannelReceiver>
  readonly outputs: ReadonlyArray<ChannelSender>
}

/** Batches that a channel holds before its sender waits. */
export const channelCapacity = 4

/** The channel of one sender and one receiver, whose ends may be in different places. */
export interface Link {
  readonly id: ChannelId
  /** The task before the exchange. */
  readonly task: TaskPlan
  /** Indexes of the two subtasks. */
  readonly sender: number
  readonly receiver: number
}

/** Makes the ends of channels that lead out of this place, or into it. */
export interface Links {
  readonly isHere: (index: number) => boolean
  readonly turnsBeforeWaiting: number
  /** The signal is that of the subtask to which the end is given. */
  readonly sender: (link: Link, signal: Signal) => ChannelSender
  readonly receiver: (link: Link, signal: Signal) => ChannelReceiver
}

/** Connects every subtask before an exchange with every subtask behind it, within this thread. */
export const inlineTransport = (plan: PhysicalPlan, parallelism: number): Transport => {
  const elsewhere = ({ id }: Link): never => {
    throw new InvariantViolation(`All subtasks are in one thread: ${id}.`)
  }
  return connect(plan, parallelism, {
    isHere: () => true,
    turnsBeforeWaiting: 0,
    sender: elsewhere,
    receiver: elsewhere
  })
}

/** Connects the subtasks that are here with each other and, by links, with those that are not. */
export const connect = (plan: PhysicalPlan, parallelism: number, links: Links): Transport => {
  const ends = new ConnectedSubtasks(links.turnsBeforeWaiting)
  for (const link of linksOf(plan, parallelism)) {
    const { from, to } = endsOfLink(link)
    const isSenderHere = links.isHere(link.sender)
    const isReceiverHere = links.isHere(link.receiver)
    if (isSenderHere && isReceiverHere) {
      const signals = { sender: ends.endsOf(from).signal, receiver: ends.endsOf(to).signal }
      const channel = new Channel({ id: link.id, capacity: channelCapacity, ...signals })
      ends.endsOf(from).outputs.push(channel)
      ends.endsOf(to).inputs.push(channel)
    } else if (isSenderHere) ends.endsOf(from).outputs.push(links.sender(link, ends.endsOf(from).signal))
    else if (isReceiverHere) ends.endsOf(to).inputs.push(links.receiver(link, ends.endsOf(to).signal))
  }
  return ends
}

/** All channels of a plan: by exchange, then by sender, then by receiver. */
export const linksOf = (plan: PhysicalPlan, parallelism: number): ReadonlyArray<Link> => {
  const indexes = Array.from({ length: parallelism }, (_, index) => index)
  return plan.tasks.flatMap((task) =>
    task.output._tag === "Exchange"
      ? indexes.flatMap((sender) => indexes.map((receiver) => linkOf(task, { sender, receiver })))
      : []
  )
}

const linkOf = (task: TaskPlan, ends: Pick<Link, "sender" | "receiver">): Link => ({
  id: channelId(endsOfLink({ task, ...ends })),
  task,
  ...ends
})

const endsOfLink = ({ receiver, sender, task }: Omit<Link, "id">) => {
  invariant(task.output._tag === "Exchange", "a channel belongs to an exchange", task.id)
  return {
    from: subtaskId({ task: task.id, index: sender }),
    to: subtaskId({ task: task.output.to, index: receiver })
  }
}

interface OpenEnds {
  readonly signal: Signal
  readonly turnsBeforeWaiting: number
  readonly inputs: Array<ChannelReceiver>
  readonly outputs: Array<ChannelSender>
}

class ConnectedSubtasks implements Transport {
  readonly #ends = new Map<SubtaskId, OpenEnds>()
  readonly #turnsBeforeWaiting: number

  constructor(turnsBeforeWaiting: number) {
    this.#turnsBeforeWaiting = turnsBeforeWaiting
  }

  endsOf(subtask: SubtaskId): OpenEnds {
    const known = this.#ends.get(subtask)
    if (known !== undefined) return known
    const ends: OpenEnds = {
      ...{ signal: new Signal(), inputs: [], outputs: [] },
      turnsBeforeWaiting: this.#turnsBeforeWaiting
    }
    this.#ends.set(subtask, ends)
    return ends
  }
}
