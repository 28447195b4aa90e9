/**
 * The trace of a real job: the inspection streams of all its processes, one behind the other, and between them what each
 * process has left behind.
 */
import type { Inspection } from "@tidemark/core"
import type { LogEntry } from "@tidemark/core/storage"

/** What stands in the log and in the store, as somebody finds it who looks from outside. */
export interface Found {
  readonly _tag: "Found"
  readonly log: ReadonlyArray<FoundEntry>
  /** Sorted. */
  readonly objects: ReadonlyArray<string>
}

export type FoundEntry =
  | { readonly slot: number; readonly claim: number; readonly resumesFrom: number | null }
  | {
      readonly slot: number
      readonly manifest: number
      readonly term: number
      /** Its own. */
      readonly objects: ReadonlyArray<string>
      /** Those of earlier checkpoints that it refers to. */
      readonly shared: ReadonlyArray<string>
    }
  | { readonly slot: number; readonly invalidation: number }
  | { readonly slot: number; readonly end: "finished" | "cancelled" }

export type TraceLine =
  | Inspection
  /** The process has ended or was killed. */
  | { readonly _tag: "Gone" }
  | Found

/** A `persist` says nothing that its capture and its `write` do not say. */
export const isTold = (line: TraceLine): boolean => !("activity" in line && line.activity === "persist")

export const foundEntry = ({ slot, entry }: { readonly slot: number; readonly entry: LogEntry }): FoundEntry => {
  switch (entry._tag) {
    case "Claim":
      return { slot, claim: entry.term, resumesFrom: entry.resumesFrom }
    case "Manifest": {
      const subtasks = entry.tasks.flatMap((task) => task.subtasks)
      const objects = subtasks.map(({ object }) => object)
      const shared = subtasks.flatMap(({ shared = [] }) => shared)
      return { slot, manifest: entry.id, term: entry.term, objects, shared }
    }
    case "Invalidation":
      return { slot, invalidation: entry.id }
    case "End":
      return { slot, end: entry.end }
  }
}
