/** What can be done to a task and seen of it, whatever its data plane is made of. */
import type { Barrier, CheckpointKind } from "../../packages/core/src/model/Barrier.ts"
import type { SubtaskEvent } from "../../packages/core/src/protocol/subtaskMessages.ts"
import { edgesOf, type Plan, plans } from "../model/system/plan.ts"

/** What is put into channels, and what comes out of them. */
export type Flow = "record" | "end" | `barrier ${number}` | `${CheckpointKind | "tracked"} barrier ${number}`

export interface CaptureFact {
  readonly id: number
  /** Records, by channel. */
  readonly taken: Readonly<Record<string, number>>
  readonly emitted: Readonly<Record<string, number>>
}

/** A task over a data plane, seen from outside. */
export interface TaskSubject {
  readonly put: (channel: string, flow: Flow) => void
  readonly tell: (event: SubtaskEvent) => void
  /** A source finds so many more records, or that there are none. */
  readonly find: (records: number | "none") => void
  /** Lets the task take whatever it may. */
  readonly settle: () => Promise<void>
  /** All that was sent into a channel so far. */
  readonly sent: (channel: string) => ReadonlyArray<Flow>
  /** How many elements of a channel wait. */
  readonly waiting: (channel: string) => number
  readonly captures: () => ReadonlyArray<CaptureFact>
  readonly close: () => Promise<void>
}

/** `join` takes from `left>join` and `right>join` and sends into `join>sink`; `source` deals out to two tasks. */
export type Role = "join" | "source"

export const planOf = (role: Role): Plan => (role === "join" ? plans.join(0, 0) : plans.diamond(1_000))

export const channelsOf = (role: Role) => {
  const edges = edgesOf(planOf(role))
  return {
    inputs: edges.filter(({ to }) => to === role).map(({ id }) => id),
    outputs: edges.filter(({ from }) => from === role).map(({ id }) => id)
  }
}

export const barrierOf = (flow: Flow): Barrier => {
  const match = /^(?:(checkpoint|final|stop|tracked) )?barrier (\d+)$/.exec(flow)
  const kind = match?.[1] === "stop" || match?.[1] === "final" ? match[1] : "checkpoint"
  return { id: Number(match?.[2]), kind, base: null, alignment: match?.[1] === "tracked" ? "tracked" : "aligned" }
}

export const flowOf = ({ alignment, id, kind }: Barrier): Flow => {
  if (alignment === "tracked") return `tracked barrier ${id}`
  return kind === "checkpoint" ? `barrier ${id}` : `${kind} barrier ${id}`
}
