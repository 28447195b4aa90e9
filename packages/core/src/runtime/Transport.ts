/**
 * How elements get from one subtask to another: by reference within a thread, by a link to what works elsewhere. A
 * transport between threads or machines gives each subtask the same ends.
 */
import { type ChannelId, channelId, type SubtaskId, subtaskId, type TaskId } from "../model/ids.ts"
import { InvariantViolation } from "../model/invariant.ts"
import { type ExchangePlan, exchangesOf, type PhysicalPlan } from "../pipeline/PhysicalPlan.ts"
import { Channel } from "./Channel.ts"
import type { ChannelReceiver, ChannelSender } from "./ChannelEnds.ts"
import { Signal } from "./Signal.ts"

export interface Transport {
  readonly endsOf: (subtask: SubtaskId) => SubtaskEnds
}

/** What one subtask sees of its channels. */
export interface SubtaskEnds {
  /** Wakes the subtask's loop: something came, or a full channel has room again. */
  readonly signal: Signal
  /**
   * Turns of the event loop in which the loop looks again before it waits for the signal. What another thread sends comes
   * soon, and being woken takes longer than these turns: between two busy threads this was worth half as much again.
   */
  readonly turnsBeforeWaiting: number
  readonly inputs: ReadonlyArray<ChannelReceiver>
  /** By the task behind the exchange; in the order of its subtasks, of a forward exchange one. */
  readonly outputs: ReadonlyMap<TaskId, ReadonlyArray<ChannelSender>>
}

/** Batches that a channel holds before its sender waits. */
export const channelCapacity = 4

/** The channel of one sender and one receiver, whose ends may be in different places. */
export interface Link {
  readonly id: ChannelId
  /** The task before the exchange, and the exchange. */
  readonly task: TaskId
  readonly exchange: ExchangePlan
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

/** Connects the subtasks before every exchange with those behind it, within this thread. */
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
      ends.addOutput(link, channel)
      ends.endsOf(to).inputs.push(channel)
    } else if (isSenderHere) ends.addOutput(link, links.sender(link, ends.endsOf(from).signal))
    else if (isReceiverHere) ends.endsOf(to).inputs.push(links.receiver(link, ends.endsOf(to).signal))
  }
  return ends
}

/** All channels of a plan: by exchange, then by sender, then by receiver. */
export const linksOf = (plan: PhysicalPlan, parallelism: number): ReadonlyArray<Link> => {
  const indexes = Array.from({ length: parallelism }, (_, index) => index)
  return plan.tasks.flatMap((task) =>
    exchangesOf(task).flatMap((exchange) =>
      indexes.flatMap((sender) =>
        receiversOf(exchange, sender, indexes).map((receiver) => linkOf({ task: task.id, exchange, sender, receiver }))
      )
    )
  )
}

const receiversOf = (exchange: ExchangePlan, sender: number, indexes: ReadonlyArray<number>): ReadonlyArray<number> =>
  exchange._tag === "Forward" ? [sender] : indexes

const linkOf = (link: Omit<Link, "id">): Link => ({ id: channelId(endsOfLink(link)), ...link })

const endsOfLink = ({ exchange, receiver, sender, task }: Omit<Link, "id">) => ({
  from: subtaskId({ task, index: sender }),
  to: subtaskId({ task: exchange.to, index: receiver })
})

interface OpenEnds {
  readonly signal: Signal
  readonly turnsBeforeWaiting: number
  readonly inputs: Array<ChannelReceiver>
  readonly outputs: Map<TaskId, Array<ChannelSender>>
}

class ConnectedSubtasks implements Transport {
  readonly #ends = new Map<SubtaskId, OpenEnds>()
  readonly #turnsBeforeWaiting: number

  constructor(turnsBeforeWaiting: number) {
    this.#turnsBeforeWaiting = turnsBeforeWaiting
  }

  addOutput(link: Link, sender: ChannelSender): void {
    const { outputs } = this.endsOf(endsOfLink(link).from)
    outputs.set(link.exchange.to, [...(outputs.get(link.exchange.to) ?? []), sender])
  }

  endsOf(subtask: SubtaskId): OpenEnds {
    const known = this.#ends.get(subtask)
    if (known !== undefined) return known
    const ends: OpenEnds = {
      ...{ signal: new Signal(), inputs: [], outputs: new Map() },
      turnsBeforeWaiting: this.#turnsBeforeWaiting
    }
    this.#ends.set(subtask, ends)
    return ends
  }
}
