/** Names of the parts of the system. */
import type { Effect } from "../../../packages/checker/src/system/Effect.ts"

/** Processes that may run the job. */
export type ProcessName = "a" | "b"

export const jobOf = (process: ProcessName): string => `${process}.job`
export const coordinatorOf = (process: ProcessName): string => `${process}.coordinator`
export const taskOf = (process: ProcessName, task: string): string => `${process}.${task}`
export const edgeOf = (process: ProcessName, channel: string): string => `${process}.${channel}`
/** The channel from which an actor takes its mail, whoever sends it. */
export const mailboxOf = (component: string): string => `${component}.mail`

/** Places of faults and of properties: the resources. */
export const places = { log: "log", store: "store", ledger: "ledger" } as const

/** A process begins: the coordinator is there before the job speaks to it. */
export const startOf = (process: ProcessName): ReadonlyArray<Effect> => [
  { _tag: "Start", component: coordinatorOf(process), input: null },
  { _tag: "Start", component: jobOf(process), input: null }
]
