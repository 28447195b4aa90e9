/** What a {@link World} is made of, and the facts that it tells. */
import type { Barrier } from "../../../../packages/core/src/model/Barrier.ts"
import type {
  Acknowledgement,
  Prepared,
  SubtaskCommand,
  SubtaskEvent,
  subtaskComponent
} from "../../../../packages/core/src/protocol/index.ts"
import type { Driven } from "./Driven.ts"

export const plan = {
  "source#0": [],
  "source#1": [],
  "join#0": ["source#0>join#0", "source#1>join#0"],
  "sink#0": ["join#0>sink#0"]
} as const satisfies Record<string, ReadonlyArray<string>>

export type SubtaskName = keyof typeof plan
export const names: ReadonlyArray<SubtaskName> = ["source#0", "source#1", "join#0", "sink#0"]
export const outputOf: Record<SubtaskName, string | null> = {
  "source#0": "source#0>join#0",
  "source#1": "source#1>join#0",
  "join#0": "join#0>sink#0",
  "sink#0": null
}

export type Element =
  | { readonly _tag: "Record"; readonly record: string }
  | { readonly _tag: "Barrier"; readonly barrier: Barrier }
  | { readonly _tag: "End" }

/** What a snapshot holds: everything seen so far, and at the sink what is prepared. */
export interface Snapshot {
  readonly seen: ReadonlyArray<string>
  readonly prepared: ReadonlyArray<Prepared>
}

export interface Capture {
  readonly id: number
  readonly seen: ReadonlyArray<string>
  readonly transaction: string | null
  isPrepared: boolean
}

export type Commit = Extract<SubtaskCommand, { readonly _tag: "Commit" }>

export interface Running {
  readonly machine: Driven<ReturnType<typeof subtaskComponent.initial>[0], SubtaskEvent, SubtaskCommand>
  seen: ReadonlyArray<string>
  /** What the sink has written since its last capture. */
  written: ReadonlyArray<string>
  mailbox: ReadonlyArray<SubtaskEvent>
  captures: ReadonlyArray<Capture>
  commits: ReadonlyArray<Commit>
  isExhausted: boolean
  isFinished: boolean
}

export interface ManifestWrite {
  readonly barrier: Barrier
  readonly acknowledged: ReadonlyArray<Acknowledgement>
  readonly term: number
  hasLanded: boolean
}

/** Everything that a checker may want to know of what happened. */
export type Fact =
  | { readonly _tag: "Triggered"; readonly id: number }
  | { readonly _tag: "Recorded"; readonly id: number; readonly acknowledged: ReadonlyArray<Acknowledgement> }
  | { readonly _tag: "Completed"; readonly id: number }
  | { readonly _tag: "Invalidated"; readonly id: number }
  | { readonly _tag: "Retired"; readonly id: number }
  | { readonly _tag: "Released"; readonly objects: ReadonlyArray<string> }
  | { readonly _tag: "BarrierSent"; readonly channel: string; readonly id: number; readonly term: number }
  | { readonly _tag: "Committed"; readonly upTo: number; readonly transactions: ReadonlyArray<string> }
  | { readonly _tag: "Restored"; readonly id: number; readonly prepared: ReadonlyArray<Prepared> }

export const recordsPerSource = 3
export const idBlock = 20
