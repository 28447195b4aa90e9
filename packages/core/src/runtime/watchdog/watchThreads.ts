/**
 * The watchdog: looks at the heartbeats of threads from a thread of its own, as one that is blocked cannot speak.
 *
 * W1 A turn that lasts longer than the limit is reported once.
 * W2 Nothing is asked of the watched threads but two numbers in shared memory, until one is blocked.
 */
import { writeSync } from "node:fs"
import type { MessagePort } from "node:worker_threads"
import { blockedText, type Standing } from "./blockedText.ts"
import { findStanding } from "./findStanding.ts"
import { atWork, turns, type WatchedSubtask } from "./Heartbeat.ts"
import type { Blocked, ToWatchdog, Watched } from "./messages.ts"

const lookEveryMs = { min: 20, max: 1_000 }
const standardError = 2

/** What was seen last of a thread. */
interface Seen {
  readonly watched: Watched
  readonly cells: Int32Array
  turns: number
  since: number
  isReported: boolean
}

export const watchThreads = (port: MessagePort): void => {
  const threads = new Map<number, Seen>()
  let timer: NodeJS.Timeout | undefined
  const restart = (): void => {
    clearInterval(timer)
    if (threads.size === 0) return
    const shortest = Math.min(...[...threads.values()].map(({ watched }) => watched.limitMs / 4))
    timer = setInterval(look, Math.min(Math.max(shortest, lookEveryMs.min), lookEveryMs.max))
  }
  const look = (): void => {
    for (const seen of threads.values()) lookAt(seen, port)
  }
  port.on("message", (message: ToWatchdog) => {
    if (message._tag === "Forget") threads.delete(message.watch)
    else {
      const cells = new Int32Array(message.memory)
      threads.set(message.watch, { watched: message, cells, turns: -1, since: 0, isReported: false })
    }
    restart()
  })
}

const lookAt = (seen: Seen, port: MessagePort): void => {
  const now = performance.now()
  const turn = Atomics.load(seen.cells, turns)
  const place = Atomics.load(seen.cells, atWork) - 1
  if (turn !== seen.turns || place < 0) {
    seen.turns = turn
    seen.since = now
    seen.isReported = false
    return
  }
  const blockedMs = now - seen.since
  const subtask = seen.watched.subtasks[place]
  if (seen.isReported || blockedMs < seen.watched.limitMs || subtask === undefined) return
  seen.isReported = true // W1
  if (!seen.watched.isInspectable) report(port, { watched: seen.watched, subtask, blockedMs, standing: null })
  else findStanding((standing) => report(port, { watched: seen.watched, subtask, blockedMs, standing }))
}

const report = (
  port: MessagePort,
  blocked: {
    readonly watched: Watched
    readonly subtask: WatchedSubtask
    readonly blockedMs: number
    readonly standing: Standing | null
  }
): void => {
  const { blockedMs, standing, subtask, watched } = blocked
  const message = blockedText({ job: watched.job, subtask, blockedMs, standing })
  if (watched.isOwnThread) writeSync(standardError, `warning: ${message}\n`)
  const operator = standing === null ? null : (subtask.operators[standing.step] ?? null)
  const told: Blocked = { watch: watched.watch, subtask: subtask.id, operator, blockedMs, message }
  port.postMessage(told)
}
