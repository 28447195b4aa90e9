/** What people, devices and user's code do to the system. */
import type { Effect, Message } from "../../../packages/checker/src/system/Effect.ts"
import type { Stimulus } from "../../../packages/checker/src/system/System.ts"
import type { View } from "../../../packages/checker/src/system/View.ts"
import type { TerminalKind } from "../../../packages/core/src/model/Barrier.ts"
import type { CoordinatorEvent } from "../../../packages/core/src/protocol/coordinatorMessages.ts"
import type { JobEvent } from "../../../packages/core/src/protocol/jobMessages.ts"
import type { Settings } from "./Config.ts"
import { coordinatorOf, jobOf, mailboxOf, places, startOf, taskOf } from "./names.ts"
import type { ProcessParts } from "./ProcessParts.ts"

const tell = (component: string, message: Message): ReadonlyArray<Effect> => [
  { _tag: "Send", channel: mailboxOf(component), message }
]

const adapted: CoordinatorEvent = { type: "interval.adapted", policy: "another" }
const stopping = (kind: TerminalKind): JobEvent => ({ type: "job.stop", kind })

/** People act on the first process while its job runs. */
export const makeStimuli = ({ config }: Settings, processes: ReadonlyArray<ProcessParts>): ReadonlyArray<Stimulus> => {
  const {
    request = 0,
    count = 0,
    adapt = 0,
    stop = 0,
    stopKind = "stop",
    savepoint = 0,
    cancel = 0,
    damage = 0,
    failure = {},
    compaction = {},
    ...second
  } = config.stimuli ?? {}
  const [a, b] = processes
  const machineOf = (view: View) => (a === undefined ? undefined : view.of(a.job)?.machine)
  const isAlive = (view: View) => machineOf(view)?.status === "active"
  const stimulus = (name: string, times: number, effects: ReadonlyArray<Effect>, when: (view: View) => boolean) =>
    times > 0 ? [{ name, times, effects, when }] : []
  return [
    ...stimulus("request", request, tell(coordinatorOf("a"), { type: "trigger.request" }), isAlive),
    ...stimulus("savepoint", savepoint, tell(coordinatorOf("a"), { type: "savepoint.request" }), isAlive),
    ...stimulus("count", count, tell(coordinatorOf("a"), { type: "count.reached" }), isAlive),
    ...stimulus("adapt", adapt, tell(coordinatorOf("a"), adapted), isAlive),
    ...stimulus("stop", stop, tell(jobOf("a"), stopping(stopKind)), isAlive),
    ...stimulus("cancel", cancel, tell(jobOf("a"), { type: "job.cancel" }), isAlive),
    ...stimulus(
      "damage",
      damage,
      [{ _tag: "Request", resource: places.store, operation: { op: "damage" } }],
      () => true
    ),
    ...Object.entries(failure).flatMap(([task, times]) =>
      stimulus(`failure of ${task}`, times, tell(taskOf("a", task), { type: "plane.fail" }), (view) => {
        const found = a?.tasks[task]
        return found !== undefined && view.of(found) !== undefined
      })
    ),
    ...Object.entries(compaction).flatMap(([task, times]) =>
      stimulus(`compaction of ${task}`, times, tell(taskOf("a", task), { type: "plane.compact" }), (view) => {
        const found = a?.tasks[task]
        const plane = found === undefined ? undefined : view.of(found)?.plane
        return plane !== undefined && !plane.isCompacting
      })
    ),
    ...(b === undefined
      ? []
      : stimulus(
          "second process",
          1,
          startOf("b"),
          second.laterProcess ? (view) => machineOf(view)?.status === "done" : () => true
        ))
  ]
}
