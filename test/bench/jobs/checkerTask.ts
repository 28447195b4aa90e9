/** A configuration of its own for a worker thread: two-phase commit of so many participants. */
import { check } from "@tidemark/checker"
import { twoPhaseCommit } from "../../checker/oracles/twoPhaseCommit.ts"

/** Answers the number of states. */
export const runTask = (participants: number): number =>
  check(twoPhaseCommit(participants).system, [], { symmetry: false }).states
