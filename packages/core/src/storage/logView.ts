/**
 * What a job's log says, taken as a whole: a pure reading of its entries in order.
 *
 * W1 A claim that stands below an entry of a lower term was appended into a gap that retention had left: it is void.
 * W2 Manifests and invalidations of a term below the newest claim before them are void: their writer was fenced.
 * W3 A claim names the newest checkpoint that counts; newer ones before it no longer do.
 */
import type { CheckpointId, Term } from "../model/ids.ts"
import type { LogEntry, Manifest } from "./LogEntry.ts"

export interface PlacedEntry {
  readonly slot: number
  readonly entry: LogEntry
}

export interface LogView {
  /** Slot of the last entry; 0 for an empty log: the first slot is 1. */
  readonly lastSlot: number
  /** The highest term of any entry; 0 at first. */
  readonly term: Term
  /** First id that no claim has reserved. */
  readonly idsEnd: CheckpointId
  /** Completed checkpoints that count, ascending, with their slots. */
  readonly completed: ReadonlyArray<PlacedManifest>
  /** Completed checkpoints that were found corrupt, ascending. */
  readonly corrupt: ReadonlyArray<PlacedManifest>
  /** How the job has ended, if its last entry says so. */
  readonly end: "finished" | "cancelled" | null
  /** Whether anything was ever claimed. */
  readonly isNew: boolean
}

export interface PlacedManifest {
  readonly slot: number
  readonly manifest: Manifest
}

/** Reads entries, given in ascending order of their slots. */
export const viewLog = (entries: ReadonlyArray<PlacedEntry>, lastSlot: number): LogView => {
  let view: LogView = { lastSlot, term: 0, idsEnd: 1, completed: [], corrupt: [], end: null, isNew: true }
  let leader: Term = 0
  entries.forEach(({ slot, entry }, index) => {
    view = { ...view, term: Math.max(view.term, entry.term), isNew: false }
    switch (entry._tag) {
      case "Claim": {
        view = { ...view, idsEnd: Math.max(view.idsEnd, entry.idsReserved.to) }
        if (entry.term < leader || entries.slice(index + 1).some((later) => later.entry.term < entry.term)) return // W1
        const isNewTerm = entry.term > leader
        leader = entry.term
        if (isNewTerm) {
          const counts = (placed: PlacedManifest) => placed.manifest.id <= (entry.resumesFrom ?? 0) // W3
          view = { ...view, completed: view.completed.filter(counts), end: null }
        }
        return
      }
      case "Manifest":
        if (entry.term < leader) return // W2
        // Two checkpoints that were pending together may have been recorded in either order.
        view = {
          ...view,
          completed: [...view.completed, { slot, manifest: entry }].sort((a, b) => a.manifest.id - b.manifest.id),
          idsEnd: Math.max(view.idsEnd, entry.id + 1)
        }
        return
      case "Invalidation": {
        if (entry.term < leader) return // W2
        const isMeant = (placed: PlacedManifest) => placed.manifest.id === entry.id
        view = {
          ...view,
          completed: view.completed.filter((placed) => !isMeant(placed)),
          corrupt: [...view.corrupt, ...view.completed.filter(isMeant)]
        }
        return
      }
      case "End":
        if (entry.term < leader) return // W2
        view = { ...view, end: entry.end }
        return
    }
  })
  return view
}
