/**
 * Identifiers of the protocol. All are JSON values; all numbers are non-negative integers.
 */

/** Names a checkpoint. Strictly increases over attempts and restarts of a job; gaps are fine; the first is 1. */
export type CheckpointId = number

/** Leadership number of a job: every claim of the log raises it. The first is 1. */
export type Term = number

/** The user's name of an operator, unique within a pipeline. */
export type OperatorUid = string

/** A task is a chain of operators that runs as one loop; it is named after its first operator. */
export type TaskId = string

/** One parallel instance of a task: `task#index`. */
export type SubtaskId = string

/** An in-order stream of elements from one subtask to another: `from>to`. */
export type ChannelId = string

/** The parts of a `SubtaskId`; `index` counts from 0. */
export interface Subtask {
  readonly task: TaskId
  readonly index: number
}

/** `count#0` of task `count` and index 0. */
export const subtaskId = (subtask: Subtask): SubtaskId => `${subtask.task}#${subtask.index}`

/** `read#0>count#1`: a channel is named after its ends. */
export const channelId = (ends: { readonly from: SubtaskId; readonly to: SubtaskId }): ChannelId =>
  `${ends.from}>${ends.to}`
