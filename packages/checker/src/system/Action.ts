/** One thing that may happen next, as people and properties see it. */
import type { Message } from "./Effect.ts"
import type { OperationOutcome } from "./Resource.ts"

export type Action =
  | { readonly _tag: "Deliver"; readonly channel: string; readonly to: string; readonly message: Message }
  | { readonly _tag: "Lose"; readonly channel: string; readonly message: Message }
  /** Delivered now, and once more later. */
  | { readonly _tag: "Duplicate"; readonly channel: string; readonly to: string; readonly message: Message }
  | { readonly _tag: "Timer"; readonly component: string; readonly timer: string }
  | { readonly _tag: "Internal"; readonly component: string; readonly event: Message }
  | {
      readonly _tag: "Operation"
      readonly resource: string
      readonly outcome: OperationOutcome
      readonly operation: unknown
      /** Who asked; null if nobody waits for the answer any more. */
      readonly from: string | null
    }
  | { readonly _tag: "Stimulus"; readonly stimulus: string }
  | { readonly _tag: "Crash" | "Recover"; readonly unit: string }

/**
 * A class of actions: what fairness speaks of. All deliveries of one channel to one receiver, one timer of one component,
 * all internal events of one type of one component, one outcome of one resource, and so on.
 */
export type ActionClass =
  | { readonly _tag: "Deliver"; readonly channel: string; readonly to: string }
  | { readonly _tag: "Lose"; readonly channel: string }
  | { readonly _tag: "Duplicate"; readonly channel: string; readonly to: string }
  | { readonly _tag: "Timer"; readonly component: string; readonly timer: string }
  | { readonly _tag: "Internal"; readonly component: string; readonly event: string }
  | { readonly _tag: "Operation"; readonly resource: string; readonly outcome: OperationOutcome }
  | { readonly _tag: "Stimulus"; readonly stimulus: string }
  | { readonly _tag: "Crash" | "Recover"; readonly unit: string }
