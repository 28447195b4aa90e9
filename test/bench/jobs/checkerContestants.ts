/** Searches that are measured side by side: two-phase commit by ours, in several ways, and by SPIN. */
import { type CheckOptions, check, type Property } from "@tidemark/checker"
import { compileSpinModel, isSpinInstalled } from "../../checker/oracles/spin.ts"
import { twoPhaseCommit, twoPhaseCommitCounts } from "../../checker/oracles/twoPhaseCommit.ts"
import { Stopwatch } from "../harness/Stopwatch.ts"

export interface Searched {
  readonly states: number
  readonly seconds: number
  /** What the visited set occupies; null where that is not known. */
  readonly bytesPerState: number | null
}

export interface SearchContestant {
  readonly name: string
  /** Searches the whole space once. */
  readonly search: () => Searched
}

export interface SearchContestants {
  readonly all: ReadonlyArray<SearchContestant>
  readonly remove: () => void
}

export const exactName = "exact"
export const spinName = "SPIN, a process each"

/** SPIN's are left out where it is not installed, or not asked for: compiling its models takes seconds. */
export const searchContestants = (participants: number, asksSpin: boolean): SearchContestants => {
  const { system, properties } = twoPhaseCommit(participants)
  const ours = (name: string, options: CheckOptions, asked: ReadonlyArray<Property> = []): SearchContestant => ({
    name,
    search: () => {
      const watch = new Stopwatch()
      const { bytesPerState, isComplete, states, violations } = check(system, asked, { symmetry: false, ...options })
      const seconds = watch.elapsedMs() / 1000
      if (!isComplete || violations.length > 0) throw new Error(`${name}: the search did not come to a good end.`)
      return counted(name, participants, { states, seconds, bytesPerState })
    }
  })
  const spins =
    asksSpin && isSpinInstalled() ? [spin(spinName, participants, 0), spin("SPIN, packed", participants, 1)] : []
  return {
    all: [
      ours(exactName, {}),
      ours("exact, with its properties", {}, properties),
      ours("exact, depth-first", { strategy: "depth-first" }),
      ours("compact", { visited: "compact" }),
      ...spins
    ],
    remove: () => {
      for (const { remove } of spins) remove()
    }
  }
}

const spin = (name: string, participants: number, packed: number) => {
  const model = compileSpinModel("twoPhaseCommit.pml", {
    defines: { N: participants, PACKED: packed },
    isFast: true
  })
  const search = () => counted(name, participants, { ...model.search(), bytesPerState: null })
  return { name, search, remove: model.remove }
}

const counted = (name: string, participants: number, searched: Searched): Searched => {
  const expected = twoPhaseCommitCounts.get(participants)?.states
  if (searched.states === expected) return searched
  throw new Error(`${name} counts ${searched.states} states of two-phase commit, but there are ${expected}.`)
}
