/** Reads out of a trace what nobody can foresee: what users, failures and data did. */
import type { PhysicalPlan } from "../../../packages/core/src/pipeline/PhysicalPlan.ts"
import type { CoordinatorEvent } from "../../../packages/core/src/protocol/coordinatorMessages.ts"
import type { JobEvent } from "../../../packages/core/src/protocol/jobMessages.ts"
import type { SubtaskEvent } from "../../../packages/core/src/protocol/subtaskMessages.ts"
import type { Found, TraceLine } from "../TraceLine.ts"
import { type RunScript, type Script, type SubtaskScript, taskOf, tasksOf } from "./RunShape.ts"

const emptySubtask: SubtaskScript = { facts: [], prepared: {}, persisted: {}, restored: null }

const unforeseenOfJob: ReadonlySet<string> = new Set([
  "job.start",
  "job.stop",
  "job.cancel",
  "attempt.failed",
  "claim.failed",
  "end.failed"
])
const unforeseenOfCoordinator: ReadonlySet<string> = new Set([
  "trigger.request",
  "savepoint.request",
  "count.reached",
  "interval.adapted"
])

export const scriptOf = (plan: PhysicalPlan, trace: ReadonlyArray<TraceLine>): Script => {
  const sourceTasks = new Set(tasksOf(plan).flatMap(({ id, isSource }) => (isSource ? [id] : [])))
  const job: Array<JobEvent> = []
  const coordinator: Array<CoordinatorEvent> = []
  const found: Array<Found> = []
  const runs: Array<Omit<RunScript, "of"> & { readonly of: Record<string, SubtaskScript> }> = []
  const change = (subtask: string, by: (script: SubtaskScript) => Partial<SubtaskScript>): void => {
    const run = runs.at(-1)
    if (run === undefined) return
    const script = run.of[subtask] ?? emptySubtask
    run.of[subtask] = { ...script, ...by(script) }
  }
  for (const line of trace) {
    if (line._tag === "Found") found.push(line)
    if (line._tag === "Captured") change(line.subtask, ({ facts }) => ({ facts: [...facts, line] }))
    if (line._tag === "BarrierSent") {
      const sender = line.channel.slice(0, line.channel.indexOf(">"))
      change(sender, ({ facts }) => ({ facts: [...facts, line] }))
    }
    if (line._tag !== "Step") continue
    if (line.actor === "job") {
      const event: JobEvent = eventIn(line.event)
      if (unforeseenOfJob.has(event.type)) job.push(event)
      if (event.type === "attempt.restored") {
        const { subtasks } = event
        runs.push({ subtasks, sources: subtasks.filter((subtask) => sourceTasks.has(taskOf(subtask))), of: {} })
      }
    } else if (line.actor === "coordinator") {
      const event: CoordinatorEvent = eventIn(line.event)
      if (unforeseenOfCoordinator.has(event.type)) coordinator.push(event)
    } else change(line.actor, (script) => unforeseenOfSubtask(script, eventIn(line.event)))
  }
  return { job, coordinator, runs, found }
}

const unforeseenOfSubtask = (script: SubtaskScript, event: SubtaskEvent): Partial<SubtaskScript> => {
  switch (event.type) {
    case "state.restored":
      return { restored: event }
    case "transaction.prepared":
      return { prepared: { ...script.prepared, [event.id]: event.transaction } }
    case "capture.persisted": {
      const { object: _, ...told } = event.handle
      return { persisted: { ...script.persisted, [event.id]: told } }
    }
    case "capture.failed":
      return { persisted: { ...script.persisted, [event.id]: "failed" } }
    default:
      return {}
  }
}

/**
 * SEAM: a line says of an event no more than its type; which events an actor has is what its machine is typed by. An
 * event that the machine does not know explains nothing: the trace does not conform.
 */
// biome-ignore lint/suspicious/noExplicitAny: the marked seam
const eventIn = (event: { readonly type: string }): any => event
