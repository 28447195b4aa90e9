/**
 * What the stores' votes say together; pure.
 *
 * T1 An entry is decided once W stores have accepted it under one ballot, or one store holds a copy of the decided one.
 * T2 A slot that one store knows as retired is retired.
 */
import type { Acceptor, Held, Value } from "./Acceptor.ts"
import { type Ballot, isHigher, isSameBallot } from "./record.ts"
import { SlotSet } from "./slots.ts"

/** An entry of the highest ballot at its slot, not known to be decided. */
export interface OpenVote {
  readonly value: Value
  readonly ballot: Ballot
  /** Stores that have accepted it under this ballot. */
  readonly votes: number
}

export interface Tally {
  readonly decided: ReadonlyMap<number, Value>
  readonly open: ReadonlyMap<number, OpenVote>
  readonly retired: SlotSet
}

export const tally = (acceptors: ReadonlyArray<Acceptor>, write: number): Tally => {
  const retired = SlotSet.of(acceptors.flatMap((acceptor) => acceptor.retired.ranges)) // T2
  const votes = new Map<number, Array<Held>>()
  for (const { held } of acceptors) {
    for (const [slot, one] of held) {
      if (retired.has(slot)) continue
      const others = votes.get(slot)
      if (others === undefined) votes.set(slot, [one])
      else others.push(one)
    }
  }
  const decided = new Map<number, Value>()
  const open = new Map<number, OpenVote>()
  for (const [slot, of] of votes) {
    const value = decidedAmong(of, write)
    const highest = value === null ? highestOf(of) : null
    if (value !== null) decided.set(slot, value)
    if (highest !== null) open.set(slot, highest)
  }
  return { decided, open, retired }
}

const isSameVote = (a: Held, b: Held): boolean => a.value.id === b.value.id && isSameBallot(a.ballot, b.ballot)

const decidedAmong = (votes: ReadonlyArray<Held>, write: number): Value | null => {
  const decided = votes.find(
    (vote) => vote.ballot === null || votes.filter((other) => isSameVote(vote, other)).length >= write // T1
  )
  return decided === undefined ? null : decided.value
}

const highestOf = (votes: ReadonlyArray<Held>): OpenVote | null => {
  let highest: OpenVote | null = null
  for (const vote of votes) {
    const { ballot, value } = vote
    if (ballot === null || (highest !== null && !isHigher(ballot, highest.ballot))) continue
    highest = { value, ballot, votes: votes.filter((other) => isSameVote(vote, other)).length }
  }
  return highest
}
