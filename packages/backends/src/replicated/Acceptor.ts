/**
 * One store's part in the votes, as the records of its log say; a pure reading of them in order.
 *
 * A1 Only records that follow one another without a gap count, and above the last confirmed index all do. Below it only
 *    those that the index names: a writer that was paused may have filled a gap that cleaning had left, long after it lost
 *    its turn. An index alone is not believed: it may be such a record itself, in a store that was emptied meanwhile. Who
 *    has written it looks first whether it stands where it should (R1), and then confirms it.
 * A2 A store that has never been part of this job's votes (`blank`), or has lost a record (`damaged`), has no say: it may
 *    have forgotten what it promised or accepted.
 */
import { type Ballot, type Header, isHigher, type ReplicaRecord } from "./record.ts"
import { SlotSet } from "./slots.ts"

/** An entry with the identity of its proposal: equal bytes proposed twice are two proposals. */
export interface Value {
  readonly id: string
  readonly bytes: Uint8Array
}

export interface Held {
  readonly position: number
  readonly value: Value
  /** Of the vote; null for a copy of a decided entry. */
  readonly ballot: Ballot | null
}

export type Standing = "blank" | "sound" | "damaged"

/** Why a store has no say; null if it has. */
export const whyNot: Readonly<Record<Standing, string | null>> = {
  blank: "it holds nothing of this job",
  damaged: "its log is damaged or incomplete",
  sound: null
}

/** A record as it was found in a store. */
export interface PlacedRecord {
  readonly position: number
  readonly record: ReplicaRecord
}

export class Acceptor {
  standing: Standing = "blank"
  /** Position of the last record; 0 for none. */
  last = 0
  promised: Ballot | null = null
  readonly held = new Map<number, Held>()
  readonly retired = new SlotSet()
  /** Positions of records that say nothing any more, ascending. */
  #dead: Array<number> = []
  /** The last index, which holds what was promised and what is retired, as far as no vote does. */
  #index: { readonly position: number; readonly id: string } | null = null

  /** Has it ever voted, or been told of a vote? */
  get hasFacts(): boolean {
    return this.held.size > 0 || this.retired.ranges.length > 0
  }

  get dead(): ReadonlyArray<number> {
    return this.#dead
  }

  /** Adds the record that follows the last one. */
  apply({ position, record }: PlacedRecord): void {
    const { header } = record
    this.last = position
    switch (header.kind) {
      case "found":
      case "promise":
        if (header.kind === "found") this.standing = "sound"
        this.#promise(header.ballot)
        this.#dead.push(position)
        return
      case "accept":
        this.#promise(header.ballot)
        this.#hold(header.slot, { position, value: { id: header.id, bytes: record.entry }, ballot: header.ballot })
        return
      case "chosen":
        this.#hold(header.slot, { position, value: { id: header.id, bytes: record.entry }, ballot: null })
        return
      case "retire":
        this.#retire(header.slots)
        this.#dead.push(position)
        return
      case "index":
        this.#adopt(position, header)
        return
      case "confirm":
        if (header.id === this.#index?.id) this.standing = "sound"
        this.#dead.push(position)
    }
  }

  /** The record that makes all others superfluous but those it names. */
  index(id: string, ballot: Ballot): Header {
    return {
      kind: "index",
      id,
      ballot,
      live: [...this.held].map(([slot, { position }]): readonly [number, number] => [slot, position]),
      retired: this.retired.ranges
    }
  }

  /** Whether this is the last index. */
  hasIndex(id: string): boolean {
    return this.#index?.id === id
  }

  /** Counts these positions among those that say nothing. */
  markDead(positions: ReadonlyArray<number>): void {
    this.#dead = [...new Set([...this.#dead, ...positions])].sort((a, b) => a - b)
  }

  /** Forgets the positions that were removed from the store. */
  forget(removed: ReadonlySet<number>): void {
    this.#dead = this.#dead.filter((position) => !removed.has(position))
  }

  #promise(ballot: Ballot): void {
    if (isHigher(ballot, this.promised)) this.promised = ballot
  }

  #hold(slot: number, held: Held): void {
    const before = this.held.get(slot)
    const isNews = !this.retired.has(slot) && !(before !== undefined && before.ballot === null)
    if (!isNews) this.#dead.push(held.position)
    else {
      if (before !== undefined) this.#dead.push(before.position)
      this.held.set(slot, held)
    }
  }

  #retire(ranges: ReadonlyArray<readonly [number, number]>): void {
    this.retired.addAll(ranges)
    for (const [slot, { position }] of this.held) {
      if (!this.retired.has(slot)) continue
      this.held.delete(slot)
      this.#dead.push(position)
    }
  }

  #adopt(position: number, header: Extract<Header, { readonly kind: "index" }>): void {
    this.#promise(header.ballot)
    const live = new Map(header.live)
    for (const [slot, held] of this.held) {
      if (live.get(slot) === held.position) continue
      this.held.delete(slot)
      this.#dead.push(held.position)
    }
    this.#retire(header.retired)
    if (this.#index !== null) this.#dead.push(this.#index.position)
    this.#index = { position, id: header.id }
    this.#dead.sort((a, b) => a - b)
  }
}

/** What was read at each position, ascending; null for what cannot be read. */
export type FoundRecords = ReadonlyArray<{ readonly position: number; readonly record: ReplicaRecord | null }>

/** Reads a whole log. */
export const readAcceptor = (found: FoundRecords): Acceptor => {
  const acceptor = new Acceptor()
  const confirmed = new Set<string>()
  for (const { record } of found) if (record?.header.kind === "confirm") confirmed.add(record.header.id)
  const top = found.findLastIndex(({ record }) => record?.header.kind === "index" && confirmed.has(record.header.id))
  const header = found[top]?.record?.header
  const live = new Set(header?.kind === "index" ? header.live.map(([, position]) => position) : [])
  const named = found.slice(0, Math.max(0, top)).filter(({ position }) => live.has(position)) // A1
  const upper = found.slice(Math.max(0, top))
  const last = found.at(-1)?.position ?? 0
  const isWhole =
    named.length === live.size &&
    upper.every(({ position }, at) => position === (upper[0]?.position ?? 0) + at) &&
    (top >= 0 || upper.length === 0 || upper[0]?.position === 1)
  for (const { position, record } of [...named, ...upper]) {
    if (record === null || !isWhole) return damagedAcceptor(last)
    acceptor.apply({ position, record })
  }
  if (acceptor.standing === "blank" && found.length > 0) return damagedAcceptor(last) // A2
  acceptor.markDead(found.slice(0, Math.max(0, top)).flatMap(({ position }) => (live.has(position) ? [] : [position])))
  return acceptor
}

export const damagedAcceptor = (last: number): Acceptor => {
  const acceptor = new Acceptor()
  acceptor.standing = "damaged"
  acceptor.last = last
  return acceptor
}
