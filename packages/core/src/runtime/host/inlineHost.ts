/** All subtasks in the thread of the coordinator; elements pass between them by reference. */
import { Effect } from "effect"
import { buildSubtasks } from "../Attempt.ts"
import { inlineTransport } from "../Transport.ts"
import { watchedSubtasks } from "../watchdog/Heartbeat.ts"
import { watchThread } from "../watchdog/Watchdog.ts"
import type { AttemptPlan, SubtaskHost } from "./SubtaskHost.ts"

const build = Effect.fnUntraced(function* (attempt: AttemptPlan) {
  const { parallelism, watchdogMs } = attempt.settings
  const indexes = Array.from({ length: parallelism }, (_, index) => index)
  const { fail, inspect, job } = attempt.attempt
  const watched = { job, inspect, fail, subtasks: watchedSubtasks(attempt.plan, indexes) }
  const heartbeat =
    watchdogMs === null ? null : yield* watchThread({ ...watched, limitMs: watchdogMs, isOwnThread: true })
  const subtasks = yield* buildSubtasks({
    ...attempt,
    attempt: { ...attempt.attempt, heartbeat },
    parallelism,
    chains: attempt.settings.chains,
    indexes,
    transport: inlineTransport(attempt.plan, parallelism)
  })
  return {
    subtasks,
    run: Effect.forEach(subtasks, (subtask) => Effect.forkScoped(Effect.exit(subtask.run)), { discard: true })
  }
})

export const inlineHost: SubtaskHost = { prepare: () => {}, build }
