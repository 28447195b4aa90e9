/** All subtasks in the thread of the coordinator; elements pass between them by reference. */
import { Effect } from "effect"
import { buildSubtasks } from "../Attempt.ts"
import { inlineTransport } from "../Transport.ts"
import type { AttemptPlan, SubtaskHost } from "./SubtaskHost.ts"

const build = Effect.fnUntraced(function* (attempt: AttemptPlan) {
  const { parallelism } = attempt.settings
  const subtasks = yield* buildSubtasks({
    ...attempt,
    parallelism,
    chains: attempt.settings.chains,
    indexes: Array.from({ length: parallelism }, (_, index) => index),
    transport: inlineTransport(attempt.plan, parallelism)
  })
  return {
    subtasks,
    run: Effect.forEach(subtasks, (subtask) => Effect.forkScoped(Effect.exit(subtask.run)), { discard: true })
  }
})

export const inlineHost: SubtaskHost = { prepare: () => {}, build }
