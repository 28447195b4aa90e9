/**
 * A compiled chain of operators, bound to one subtask. It never reads a clock, a channel or a mailbox.
 */
import type { Columns } from "../model/Batch.ts"
import { invariant } from "../model/invariant.ts"
import type { KeyValue } from "../model/keyGroups.ts"
import type { Timestamp } from "../model/time.ts"
import type { SubtaskState } from "../state/SubtaskState.ts"
import type { ChainClock, ChainLists } from "./ChainHooks.ts"
import type { SideCollector } from "./OperatorStep.ts"

export interface ChainInstance {
  /** Runs all records of a batch. HOT. Fails: throws `UserFunctionFailed`, naming operator and record. */
  readonly run: (columns: Columns) => void
  /** Advances event time: fires what is due, in order of time. Fails: as `run`. */
  readonly advance: (watermark: Timestamp) => void
  /** Current watermark; -Infinity at first. */
  readonly watermark: () => Timestamp
  /** Sets the watermark after a restore, without firing. */
  readonly restoreWatermark: (watermark: Timestamp) => void
  /** The highest event time assigned since the last call, or -Infinity. Only chains with an `eventTime` step. */
  readonly takeMaxTimestamp: () => Timestamp
  /** Late records dropped so far in this attempt, by operator uid. */
  readonly lateRecords: () => ReadonlyMap<string, number>
  /** Of chains that keep lists of their own; left out where none does. */
  readonly lists?: ChainLists
  /** Of chains that ask for processing time; left out where none does. */
  readonly clock?: ChainClock
  /** The generated source, or null for the interpreted twin. */
  readonly source: string | null
}

/** Where the last operator's records go. One monomorphic class per kind. */
export interface ChainOutput {
  /** HOT. For a sink `key` and `group` are unused. */
  readonly collect: (value: unknown, timestamp: Timestamp, key: KeyValue, group: number) => void
  /** True where all records go one way, so that none needs a key group to find it. */
  readonly isSingle?: boolean
  /** A shortcut past `collect` for generated loops; only of sinks. */
  readonly direct?: DirectOutput
}

/** A sink's writer, with the duty to tell how many values it was given. */
export interface DirectOutput {
  readonly writer: { readonly write: (value: unknown, timestamp: Timestamp) => void }
  /** To be told behind every batch. */
  readonly wrote: (values: number) => void
}

/** The shortcut of an output, or its `collect` where it has none. */
export const directOutputOf = (output: ChainOutput): DirectOutput =>
  output.direct ?? {
    writer: { write: (value, timestamp) => output.collect(value, timestamp, "", 0) },
    wrote: () => {}
  }

export interface ChainContext {
  readonly subtask: number
  readonly state: SubtaskState
  readonly output: ChainOutput
  /** Where the records of side outputs go, by tag; left out where the chain has none. */
  readonly sides?: ReadonlyMap<string, ChainOutput>
  /** Describes the record at an index of the batch being run, for messages. */
  readonly position: (index: number) => string
}

/** What emits to a side output. Fails: for a tag that no operator of the chain has declared. */
export const sideCollector = ({ sides }: Pick<ChainContext, "sides">, tag: string): SideCollector => {
  const output = sides?.get(tag)
  invariant(output !== undefined, "an operator emits only to side outputs that it declares", tag)
  return (value, timestamp) => output.collect(value, timestamp, "", 0)
}
