/**
 * What a job's log says, taken as a whole: a pure reading of its entries in order.
 *
 * W1 A claim that stands below an entry of a lower term, or below another leader's claim of its own term, was appended
 *    into a gap that retention had left: it is void. (A claim that holds has nothing above it when it is made, claims are
 *    never removed, and whoever claims later takes a higher term.)
 * W2 Manifests, invalidations and ends of a term below the leader's before them are void: their writer was fenced.
 * W3 A claim names the newest checkpoint that counts; newer ones before it no longer do.
 * W5 A savepoint of a job that ran on is no restore point, until a claim names it as what it restores; one that the job
 *    has stopped with is. All of them stand as savepoints until they are removed, whatever later claims name (rule 6).
 * W4 An entry that cannot be read may have been a claim: its term and its ids are never used again (S6).
 */
import { isRestorePoint, isSavepoint } from "../model/Barrier.ts"
import type { CheckpointId, Term } from "../model/ids.ts"
import type { RestoreMode } from "../model/RestoreMode.ts"
import { type Claim, idBlock, type LogEntry, type Manifest } from "./LogEntry.ts"

/** An entry and the slot it was appended to. */
export interface PlacedEntry {
  readonly slot: number
  readonly entry: LogEntry
}

/** All that stands in a log; slots ascend. */
export interface LogEntries {
  readonly entries: ReadonlyArray<PlacedEntry>
  /** Slots of the entries that cannot be read. */
  readonly damaged: ReadonlyArray<number>
  /** 0 for an empty log: the first slot is 1. */
  readonly lastSlot: number
}

export interface LogView {
  /** Slot of the last entry; 0 for an empty log: the first slot is 1. */
  readonly lastSlot: number
  /** No entry has a higher term; 0 at first. */
  readonly term: Term
  /** First id that no claim has reserved. */
  readonly idsEnd: CheckpointId
  /** Completed checkpoints that count, ascending by id, with their slots. */
  readonly completed: ReadonlyArray<PlacedManifest>
  /** Savepoints that stand and can be restored, ascending by id; those that count are among `completed`, too. */
  readonly savepoints: ReadonlyArray<PlacedManifest>
  /** What the user has last chosen to restore, as long as the job goes on from there; null without a choice. */
  readonly restored: { readonly id: CheckpointId; readonly mode: RestoreMode } | null
  /** Completed checkpoints that were found corrupt, ascending by id. */
  readonly corrupt: ReadonlyArray<PlacedManifest>
  /** How the job has ended, if its last entry says so. */
  readonly end: "finished" | "cancelled" | null
}

/** A completed checkpoint and the slot of its manifest. */
export interface PlacedManifest {
  readonly slot: number
  readonly manifest: Manifest
}

/** What is known after the entries read so far. */
type Reading = Pick<LogView, "completed" | "savepoints" | "restored" | "corrupt" | "end"> & { readonly leader: Term }

/** What a log comes to when its entries are read in order; those of leaders that were replaced do not count. */
export const viewLog = (log: LogEntries): LogView => {
  const voidClaims = findVoidClaims(log.entries)
  let reading: Reading = { leader: 0, completed: [], savepoints: [], restored: null, corrupt: [], end: null }
  for (const placed of log.entries) {
    const { term } = placed.entry
    if (term < reading.leader || voidClaims.has(placed.slot)) continue // W1, W2
    reading = { ...readEntry(reading, placed), leader: term }
  }
  const { leader: _, ...read } = reading
  return { lastSlot: log.lastSlot, term: highestTerm(log), idsEnd: firstFreeId(log), ...read }
}

const readEntry = (reading: Reading, { slot, entry }: PlacedEntry): Reading => {
  switch (entry._tag) {
    case "Claim": {
      if (entry.term === reading.leader) return reading // only reserves more ids
      return claimed(reading, entry)
    }
    case "Manifest": {
      const placed: PlacedManifest = { slot, manifest: entry }
      return {
        ...reading,
        completed: isRestorePoint(entry.kind) ? withManifest(reading.completed, placed) : reading.completed, // W5
        savepoints: isSavepoint(entry.kind) ? withManifest(reading.savepoints, placed) : reading.savepoints
      }
    }
    case "Invalidation":
      return {
        ...reading,
        completed: without(reading.completed, entry.id),
        savepoints: without(reading.savepoints, entry.id),
        corrupt: ascending([
          ...reading.corrupt,
          ...reading.completed.filter(({ manifest }) => manifest.id === entry.id)
        ])
      }
    case "End":
      return { ...reading, end: entry.end }
  }
}

/** W3, W5 */
const claimed = (reading: Reading, { resumesFrom, restores }: Claim): Reading => {
  const newest = resumesFrom ?? 0
  const counting = reading.completed.filter(({ manifest }) => manifest.id <= newest)
  const named = reading.savepoints.filter(({ manifest }) => restores !== undefined && manifest.id === newest)
  const before = reading.restored !== null && reading.restored.id <= newest ? reading.restored : null
  return {
    ...reading,
    completed: named.reduce(withManifest, counting),
    restored: restores === undefined ? before : { id: newest, mode: restores },
    end: null
  }
}

/**
 * Whether a completed checkpoint is the user's, so that the job neither retires it nor refers to it: a savepoint unless it
 * was claimed, and a checkpoint that was restored without claiming it.
 */
export const isKept = ({ restored }: Pick<LogView, "restored">, { id, kind }: Manifest): boolean =>
  restored?.id === id ? restored.mode === "no-claim" : isSavepoint(kind)

const withManifest = (placed: ReadonlyArray<PlacedManifest>, added: PlacedManifest): ReadonlyArray<PlacedManifest> =>
  ascending([...without(placed, added.manifest.id), added])

const without = (placed: ReadonlyArray<PlacedManifest>, id: CheckpointId): ReadonlyArray<PlacedManifest> =>
  placed.filter(({ manifest }) => manifest.id !== id)

/** Two manifests in flight may have been appended in either order. */
const ascending = (placed: ReadonlyArray<PlacedManifest>): ReadonlyArray<PlacedManifest> =>
  [...placed].sort((a, b) => a.manifest.id - b.manifest.id)

/** W1: slots of the claims that never held, found from the end of the log. */
const findVoidClaims = (entries: ReadonlyArray<PlacedEntry>): ReadonlySet<number> => {
  const found = new Set<number>()
  /** The uppermost of each term; its leader repeats it, with the same nonce, to reserve more ids. */
  const claimsAbove = new Map<Term, Claim>()
  let lowestTermAbove = Number.POSITIVE_INFINITY
  for (const { slot, entry } of [...entries].reverse()) {
    if (entry._tag === "Claim") {
      const above = claimsAbove.get(entry.term)
      const isAnothers = above !== undefined && above.nonce !== entry.nonce
      if (lowestTermAbove < entry.term || isAnothers) found.add(slot)
      else claimsAbove.set(entry.term, entry)
    }
    lowestTermAbove = Math.min(lowestTermAbove, entry.term)
  }
  return found
}

const highestTerm = ({ entries, damaged }: LogEntries): Term =>
  Math.max(0, ...entries.map(({ entry }) => entry.term)) + countAbove(damaged, entries.at(-1)?.slot ?? 0) // W4

const firstFreeId = ({ entries, damaged }: LogEntries): CheckpointId => {
  const ends = entries.map(({ entry }) =>
    entry._tag === "Claim" ? entry.idsReserved.to : entry._tag === "Manifest" ? entry.id + 1 : 1
  )
  const lastClaim = entries.findLast(({ entry }) => entry._tag === "Claim")?.slot ?? 0
  return Math.max(1, ...ends) + countAbove(damaged, lastClaim) * idBlock // W4
}

const countAbove = (slots: ReadonlyArray<number>, slot: number): number =>
  slots.filter((candidate) => candidate > slot).length
