/** How many stores it takes, and how it is said that there were too few. */
import { StorageFailure } from "@tidemark/core/storage"
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import type { Answers } from "./Background.ts"

export interface Quorum {
  readonly stores: number
  /** W: so many must have written. */
  readonly write: number
  /** R: so many must have been read. */
  readonly read: number
}

/** The numbers of stores do not make a quorum: thrown by `ReplicatedStorage.make`. */
export class QuorumInvalid extends Data.TaggedError("QuorumInvalid")<{
  readonly quorum: Quorum
  readonly problems: ReadonlyArray<string>
}> {
  override get message(): string {
    const { read, stores, write } = this.quorum
    return (
      `ReplicatedStorage.make cannot work with ${stores} stores, write: ${write}, read: ${read}. ` +
      `${this.problems.join(" ")} Leave write and read out for a majority of each.`
    )
  }
}

const isCount = (value: number, max: number): boolean => Number.isInteger(value) && value >= 1 && value <= max

export const quorumProblems = ({ read, stores, write }: Quorum): ReadonlyArray<string> => {
  const problems: Array<string> = []
  if (stores === 0) problems.push("It needs at least one store.")
  for (const [name, value] of Object.entries({ write, read })) {
    if (!isCount(value, stores)) problems.push(`${name} must be a whole number from 1 to ${stores}.`)
  }
  if (problems.length > 0) return problems
  if (write * 2 <= stores) {
    problems.push("write must be more than half of the stores, or two writers could both believe that they have won.")
  }
  if (read + write <= stores) {
    problems.push("read + write must be more than the stores, or a read could miss what was written.")
  }
  return problems
}

export interface TooFew<S> {
  readonly operation: string
  readonly path: string
  readonly need: number
  readonly stores: ReadonlyArray<S>
  readonly outcome: StorageFailure["outcome"]
  /** What keeps a store from counting; null for one that counts. */
  readonly problemOf: (store: S) => string | null
}

/** Names what every store has answered. */
export const tooFew = <S extends { readonly location: string }>(of: TooFew<S>): StorageFailure => {
  const each = of.stores.map((store) => `${store.location}: ${of.problemOf(store) ?? "fine"}`)
  const problem = `${of.need} of ${of.stores.length} stores are needed; ${each.join("; ")}`
  const { operation, outcome, path } = of
  return new StorageFailure({ operation, path, reason: "quorum", outcome, cause: new Error(problem) })
}

/** Why a store's answer does not count. */
export const failureAmong = <S, A>(answers: Answers<S, A>, store: S): StorageFailure | null => {
  const answer = answers.find(({ from }) => from === store)
  return answer !== undefined && Result.isFailure(answer.result) ? answer.result.failure : null
}

/** Whether an operation of these answers may have had an effect, or may still have one. */
export const outcomeOf = <S, A>(answers: Answers<S, A>, stores: ReadonlyArray<S>): StorageFailure["outcome"] => {
  const hadNone = (store: S): boolean => failureAmong(answers, store)?.outcome === "none"
  return stores.every(hadNone) ? "none" : "unknown"
}
