/**
 * The watchdog as the thread with the jobs sees it: one for all jobs, begun with the first.
 *
 * It lives as long as the process and keeps nobody from ending.
 */
import { url as debuggerUrl } from "node:inspector"
import { isMainThread, Worker } from "node:worker_threads"
import { Cause, Effect, type Scope } from "effect"
import { type Failure, failureOf } from "../failureReport.ts"
import type { Inspector } from "../Inspection.ts"
import { Heartbeat, heartbeatBytes, type WatchedSubtask } from "./Heartbeat.ts"
import type { Blocked, ToWatchdog } from "./messages.ts"

/** The name of its thread. */
export const watchdogName = "tidemark watchdog"

export interface WatchOptions {
  readonly job: string
  readonly subtasks: ReadonlyArray<WatchedSubtask>
  readonly limitMs: number
  /** The subtasks work in the calling thread. */
  readonly isOwnThread: boolean
  readonly inspect: Inspector | null
  readonly fail: (failure: Failure) => void
}

class Watchdog {
  readonly #worker: Worker
  readonly #listeners = new Map<number, (blocked: Blocked) => void>()
  #watches = 0

  constructor(ended: () => void) {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
    this.#worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), { name: watchdogName })
    this.#worker.on("message", (blocked: Blocked) => this.#listeners.get(blocked.watch)?.(blocked))
    // Without a watchdog jobs run as well; the next one begins another.
    this.#worker.on("error", ended)
    this.#worker.on("exit", ended)
    // Last: who listens would keep the process alive.
    this.#worker.unref()
  }

  watch(options: WatchOptions, memory: SharedArrayBuffer, hear: (blocked: Blocked) => void): () => void {
    const { isOwnThread, job, limitMs, subtasks } = options
    const watch = ++this.#watches
    const isInspectable = isOwnThread && isMainThread && debuggerUrl() === undefined
    this.#listeners.set(watch, hear)
    this.#tell({ _tag: "Watch", watch, job, memory, subtasks, limitMs, isOwnThread, isInspectable })
    return () => {
      this.#listeners.delete(watch)
      this.#tell({ _tag: "Forget", watch })
    }
  }

  #tell(message: ToWatchdog): void {
    this.#worker.postMessage(message)
  }
}

let watchdog: Watchdog | null = null

/** Watches the task loops of a thread until the scope closes; what it finds is logged, and told to the inspector. */
export const watchThread = Effect.fnUntraced(function* (
  options: WatchOptions
): Effect.fn.Return<Heartbeat, never, Scope.Scope> {
  const context = yield* Effect.context<never>()
  const heartbeat = new Heartbeat(new SharedArrayBuffer(heartbeatBytes), options.subtasks)
  watchdog ??= new Watchdog(() => {
    watchdog = null
  })
  const forget = watchdog.watch(options, heartbeat.memory, ({ blockedMs, message, operator, subtask }) => {
    try {
      options.inspect?.({ _tag: "Blocked", subtask, operator, blockedMs: Math.round(blockedMs) })
    } catch (error) {
      options.fail(failureOf(Cause.fail(error)))
    }
    if (!options.isOwnThread) Effect.runForkWith(context)(Effect.logWarning(message))
  })
  yield* Effect.addFinalizer(() => Effect.sync(forget))
  return heartbeat
})
