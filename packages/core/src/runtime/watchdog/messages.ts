/** What a thread with jobs and its watchdog tell each other. */
import type { WatchedSubtask } from "./Heartbeat.ts"

/** A thread to watch. */
export interface Watched {
  readonly watch: number
  readonly job: string
  readonly memory: SharedArrayBuffer
  readonly subtasks: ReadonlyArray<WatchedSubtask>
  readonly limitMs: number
  /** It is the thread that would have to say so: while it is blocked the watchdog writes to standard error itself. */
  readonly isOwnThread: boolean
  /** The debugger of the process may be asked which function does not return: it is the main thread, nobody else debugs. */
  readonly isInspectable: boolean
}

export type ToWatchdog = ({ readonly _tag: "Watch" } & Watched) | { readonly _tag: "Forget"; readonly watch: number }

/** A subtask has been in one turn of its loop for longer than it may. */
export interface Blocked {
  readonly watch: number
  readonly subtask: string
  /** The operator whose function has not returned, where it could be found out. */
  readonly operator: string | null
  readonly blockedMs: number
  readonly message: string
}
