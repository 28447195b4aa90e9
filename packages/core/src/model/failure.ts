/** What errors have in common. */

/** Whether another attempt can help: what the restart policy goes by. */
export type Retry = "never" | "restart"

export const causeText = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
