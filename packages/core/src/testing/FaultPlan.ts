/**
 * Which operations of a simulated file system go wrong, and how.
 *
 * ```ts
 * disk.inject(FaultPlan.on({ operation: "link", path: "/log/", nth: 2 }, Fault.failAfter("io")))
 * disk.inject(FaultPlan.at(17, Fault.fail("full")))
 * ```
 */
import type { Duration } from "effect"
import type { StorageFailure } from "../model/errors.ts"
import type { Files } from "../storage/Files.ts"
import type { PowerLoss } from "./PowerLoss.ts"

/** A call that a file storage makes of the file system. */
export type FileOperation = keyof Files

/** One operation as it arrives at the file system. */
export interface FileCallSeen {
  readonly operation: FileOperation
  /** The file or directory; of `link` and `rename` the new name. */
  readonly path: string
  /** The old name of `link` and `rename`. */
  readonly from?: string
}

/** What a failed operation reports. */
export type FaultReason = StorageFailure["reason"]

/** What becomes of an operation that is hit. */
export type Fault =
  /** Nothing happens; the caller is told so (`outcome: "none"`). */
  | { readonly _tag: "Fail"; readonly reason: FaultReason }
  /** It happens, but the caller is told a failure of unknown outcome. */
  | { readonly _tag: "FailAfter"; readonly reason: FaultReason }
  /** The caller is told a failure of unknown outcome at once; it happens at the next `release`. */
  | { readonly _tag: "FailThenLand"; readonly reason: FaultReason }
  /** No answer before `release`, when it happens; to interrupt the caller does not take it back. */
  | { readonly _tag: "Hold" }
  /** It happens, but the caller never hears of it. */
  | { readonly _tag: "Hang" }
  /** It happens and is answered after a while (of Effect's clock). */
  | { readonly _tag: "Slow"; readonly delay: Duration.Input }
  /** Of `write` and `append`: only this share (0 to 1) of the bytes arrives; the caller is told an unknown outcome. */
  | { readonly _tag: "Torn"; readonly share: number; readonly reason: FaultReason }
  /** Of `read`: one bit of what is read is wrong; the file itself is not. */
  | { readonly _tag: "FlipBit"; readonly bit: number }
  /** Of `sync`, `syncDirectory`, `makeDirectory`: the device answers success and has made nothing durable. */
  | { readonly _tag: "LoseSync" }
  /** The power goes: before the operation, or in the middle of it (done in the cache, never answered). */
  | { readonly _tag: "PowerLoss"; readonly moment: "before" | "during"; readonly loss: PowerLoss }

export const Fault = {
  fail: (reason: FaultReason): Fault => ({ _tag: "Fail", reason }),
  failAfter: (reason: FaultReason): Fault => ({ _tag: "FailAfter", reason }),
  failThenLand: (reason: FaultReason): Fault => ({ _tag: "FailThenLand", reason }),
  hold: { _tag: "Hold" } satisfies Fault,
  hang: { _tag: "Hang" } satisfies Fault,
  slow: (delay: Duration.Input): Fault => ({ _tag: "Slow", delay }),
  torn: (share: number, reason: FaultReason): Fault => ({ _tag: "Torn", share, reason }),
  flipBit: (bit: number): Fault => ({ _tag: "FlipBit", bit }),
  loseSync: { _tag: "LoseSync" } satisfies Fault,
  powerLoss: (moment: "before" | "during", loss: PowerLoss): Fault => ({ _tag: "PowerLoss", moment, loss })
}

/** Chooses operations; what is left out matches all. */
export interface FaultTarget {
  readonly operation?: FileOperation | ReadonlyArray<FileOperation>
  /** A part of the path (of `link` and `rename`: of the new name). */
  readonly path?: string | RegExp
  readonly matches?: (call: FileCallSeen) => boolean
  /** The first one hit, counted from 1 among those that match; 1 if left out. */
  readonly nth?: number
  /** How many are hit from there on; 1 if left out, `Infinity` for all. */
  readonly times?: number
}

/** A fault and the operations that it hits. */
export interface PlannedFault {
  readonly on: FaultTarget
  readonly fault: Fault
}

/** Faults in order of precedence: of several that hit one operation the first one counts. */
export interface FaultPlan {
  readonly faults: ReadonlyArray<PlannedFault>
}

export const FaultPlan = {
  none: { faults: [] } satisfies FaultPlan,
  /** Hits the operations that match. */
  on: (on: FaultTarget, fault: Fault): FaultPlan => ({ faults: [{ on, fault }] }),
  /** Hits the k-th operation after the injection, whatever it is, counted from 1. */
  at: (k: number, fault: Fault): FaultPlan => ({ faults: [{ on: { nth: k }, fault }] }),
  all: (plans: ReadonlyArray<FaultPlan>): FaultPlan => ({ faults: plans.flatMap((plan) => plan.faults) })
}

/** Operations that a fault can befall at all. */
const applicable = (fault: Fault, operation: FileOperation): boolean => {
  switch (fault._tag) {
    case "Torn":
      return operation === "write" || operation === "append"
    case "FlipBit":
      return operation === "read"
    case "LoseSync":
      return operation === "sync" || operation === "syncDirectory" || operation === "makeDirectory"
    default:
      return true
  }
}

const matches = ({ on, fault }: PlannedFault, call: FileCallSeen): boolean => {
  if (!applicable(fault, call.operation)) return false
  if (on.operation !== undefined && ![on.operation].flat().includes(call.operation)) return false
  if (typeof on.path === "string" && !call.path.includes(on.path)) return false
  if (on.path instanceof RegExp && !on.path.test(call.path)) return false
  return on.matches === undefined || on.matches(call)
}

/** Counts the operations that a plan has seen; answers which fault the next one meets. */
export const followFaultPlan = (plan: FaultPlan): ((call: FileCallSeen) => Fault | null) => {
  const counts = plan.faults.map(() => 0)
  return (call) => {
    let met: Fault | null = null
    for (const [index, planned] of plan.faults.entries()) {
      if (!matches(planned, call)) continue
      const count = (counts[index] ?? 0) + 1
      counts[index] = count
      const first = planned.on.nth ?? 1
      if (met === null && count >= first && count < first + (planned.on.times ?? 1)) met = planned.fault
    }
    return met
  }
}
