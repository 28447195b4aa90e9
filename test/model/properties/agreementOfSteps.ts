/** What single steps of the machines may do, and when: see agreement.ts. */
import { always, step, terminal } from "../../../packages/checker/src/property/Property.ts"
import type { View } from "../../../packages/checker/src/system/View.ts"
import type { CheckpointId } from "../../../packages/core/src/model/ids.ts"
import { termOfObject } from "../../../packages/core/src/runtime/stateObject.ts"
import { objectsOf } from "../system/entries.ts"
import { edgeOf, mailboxOf } from "../system/names.ts"
import type { ProcessParts } from "../system/ProcessParts.ts"
import { edgesOf } from "../system/plan.ts"
import { nameOfObject } from "../system/snapshots.ts"
import { isReliable } from "../system/unreliable.ts"
import type { ModelProperty } from "./ModelProperty.ts"
import { isEqual, jobOf, leaderTerm, manifestsIn } from "./reading.ts"

const contextOf = (process: ProcessParts, view: View) => view.of(process.coordinator)?.machine.owner.context

const mailOf = (name: string, view: View) => view.messages({ name: mailboxOf(name) })

/** The invalidations that the subtasks of a process have yet to hear of. */
const toldInvalidations = (process: ProcessParts, view: View) =>
  Object.values(process.tasks)
    .flatMap(({ name }) => mailOf(name, view))
    .flatMap((mail) => ("event" in mail && isInvalidation(mail.event) ? [mail.event] : []))

const isInvalidation = (event: unknown): event is { readonly id: CheckpointId; readonly reason: string } =>
  typeof event === "object" &&
  event !== null &&
  "type" in event &&
  event.type === "checkpoint.invalidated" &&
  "reason" in event

export const A12: ModelProperty = {
  id: "A12",
  sentence: "the data of a subtask ends when that of all its inputs has ended, and it knows which",
  of: (protocol, name) =>
    protocol.processes.flatMap((process) =>
      Object.entries(process.tasks).flatMap(([task, component]) => {
        const inputs = edgesOf(protocol.settings.plan).filter(({ to }) => to === task)
        if (inputs.length === 0) return []
        return [
          always(name(component.name), (view) => {
            const machine = view.of(component)?.machine.owner
            if (machine === undefined || !machine.matches("active")) return true
            if (!inputs.every(({ from }) => isActive(process, view, from))) return true
            const ended = inputs.filter(({ id, from }) => hasEnded(process, view, { id, from })).map(({ id }) => id)
            const { endedChannels } = machine.context
            if (!isEqual([...endedChannels].sort(), ended.sort()))
              return `${ended.join()} have ended, not ${endedChannels.join()}`
            const isOver = machine.matches({ active: { data: "ended" } })
            return isOver === (ended.length === inputs.length) ? true : "it is wrong about the end of its data"
          })
        ]
      })
    ),
  witness: (protocol) => (view) =>
    protocol.processes.some((process) =>
      Object.values(process.tasks).some(
        (task) => view.of(task)?.machine.owner.matches({ active: { data: "ended" } }) ?? false
      )
    )
}

const isActive = (process: ProcessParts, view: View, task: string): boolean => {
  const component = process.tasks[task]
  return component !== undefined && (view.of(component)?.machine.owner.matches("active") ?? false)
}

/** The sender has said that there is no more, and the receiver has taken that. */
const hasEnded = (
  process: ProcessParts,
  view: View,
  { id, from }: { readonly id: string; readonly from: string }
): boolean => {
  const component = process.tasks[from]
  const sender = component === undefined ? undefined : view.of(component)?.machine.owner
  const isWaiting = view.messages({ name: edgeOf(process.name, id) }).some(({ type }) => type === "end")
  return sender !== undefined && !isWaiting && isDataOver(sender)
}

const isDataOver = (machine: { readonly value: unknown }): boolean =>
  JSON.stringify(machine.value).includes('"data":"ended"')

const wishes = [
  "trigger.request",
  "savepoint.request",
  "count.reached",
  "timer.fired",
  "subtask.ended",
  "coordinator.stop"
]

interface Wishing {
  readonly manualWanted: number
  readonly savepointsWanted: number
  readonly isPeriodicWanted: boolean
  readonly terminal: { readonly isWanted: boolean } | null
}

const wishesOf = ({ manualWanted, savepointsWanted, isPeriodicWanted, terminal }: Wishing): number =>
  manualWanted + savepointsWanted + (isPeriodicWanted ? 1 : 0) + (terminal?.isWanted ? 1 : 0)

export const A13: ModelProperty = {
  id: "A13",
  sentence: "checkpoints are triggered only for a job that runs, and an attempt of a coordinator begins afresh",
  of: (protocol, name) =>
    protocol.processes.map((process) =>
      step(name(process.name), (before, action, after) => {
        const isHeard = action._tag === "Deliver" || action._tag === "Timer"
        if (!isHeard || ("to" in action && action.to !== process.coordinator.name)) return true
        const [was, is] = [contextOf(process, before), contextOf(process, after)]
        if (was === undefined || is === undefined) return true
        if (action._tag === "Deliver" && action.message.type === "coordinator.start") {
          const { triggered } = before.history(protocol.history)
          if (!isEqual(triggered, after.history(protocol.history).triggered)) return "it begins with a checkpoint"
          const { failures, isPauseOver, isPeriodicWanted, isReserving, manualWanted, terminal } = is
          const fresh = {
            failures: 0,
            isPauseOver: true,
            isPeriodicWanted: false,
            isReserving: false,
            manualWanted: 0,
            terminal: null
          }
          return isEqual({ failures, isPauseOver, isPeriodicWanted, isReserving, manualWanted, terminal }, fresh) ||
            was.pending.length > 0
            ? true
            : "it begins with something of the last attempt"
        }
        const isRepeated = was.terminal !== null && was.terminal.id !== null && is.terminal !== null
        if (isRepeated && is.terminal?.id !== was.terminal?.id && (is.terminal?.isWanted || is.nextId > was.nextId)) {
          return "a terminal checkpoint is repeated without a pause"
        }
        const added = action._tag === "Timer" || wishes.includes(action.message.type) ? 1 : 0
        if (wishesOf(is) > wishesOf(was) + added - (is.nextId - was.nextId)) return "a wish is left that was fulfilled"
        if (is.nextId === was.nextId) return true
        const isLate = mailOf(process.coordinator.name, after).some(({ type }) => type === "coordinator.suspend")
        return isLate || (jobOf(process, after)?.matches("running") ?? false)
          ? true
          : "a checkpoint begins, and no job runs"
      })
    ),
  witness: (protocol) => (view) => view.history(protocol.history).triggered.length > 0
}

const countedReasons = ["declined", "expired", "storageFailed"]

export const A14: ModelProperty = {
  id: "A14",
  sentence: "an invalidation says why, and a failure is counted once, if it counts",
  of: (protocol, name) =>
    protocol.processes.map((process) =>
      step(name(process.name), (before, action, after) => {
        const isHeard = action._tag === "Deliver" || action._tag === "Timer"
        if (!isHeard || ("to" in action && action.to !== process.coordinator.name)) return true
        const known = before.history(protocol.history).invalidated
        const added = after.history(protocol.history).invalidated.filter((id) => !known.includes(id))
        const [was, is] = [contextOf(process, before), contextOf(process, after)]
        if (was === undefined || is === undefined) return true
        const isCompletion = !isEqual(
          before.history(protocol.history).completed,
          after.history(protocol.history).completed
        )
        if (action._tag === "Deliver" && action.message.type === "coordinator.start") return true
        if (added.length === 0)
          return isCompletion || is.failures === was.failures ? true : "a failure is counted for nothing"
        const told = toldInvalidations(process, after).filter(({ id }) => added.includes(id))
        if (isCoordinating(process, before) && !added.every((id) => told.some((event) => event.id === id))) {
          return `${added.join()} were invalidated, and subtasks were not told`
        }
        if (told.some(({ reason }) => reason === "declined")) return "nobody declines without a reason"
        if (isCompletion) return true
        const newest = was.retained.at(-1) ?? 0
        const counted = new Set(
          told
            .filter(({ id, reason }) => countedReasons.includes(reason) && id > newest && !was.savepoints.includes(id))
            .map(({ id }) => id)
        )
        const { toleratedFailures } = was.policy
        const isTooMuch = counted.size > 0 && toleratedFailures !== null && is.failures > toleratedFailures
        const isTold = mailOf(process.job.name, after).some(({ type }) => type === "checkpoints.failing")
        if (isTooMuch && !isTold) return "too many failures, and the job does not hear of it"
        const expected = Math.min(was.failures + counted.size, (was.policy.toleratedFailures ?? 0) + 1)
        return told.length === 0 || is.failures === expected
          ? true
          : `${is.failures} failures are counted, not ${expected}`
      })
    ),
  witness: (protocol) => (view) => view.history(protocol.history).invalidated.length > 0
}

const isCoordinating = (process: ProcessParts, view: View): boolean =>
  (view.of(process.coordinator)?.attempt ?? null) !== null &&
  Object.values(process.tasks).every((task) => view.of(task) !== undefined)

const failureMails = ["attempt.failed", "checkpoints.failing"]

export const A15: ModelProperty = {
  id: "A15",
  sentence: "a job backs off before it tries again, counts what failed, and stops only when all have finished",
  of: (protocol, name) =>
    protocol.processes.map((process) =>
      step(name(process.name), (before, action, after) => {
        const [was, is] = [jobOf(process, before), jobOf(process, after)]
        if (was === undefined || is === undefined || isEqual(was.value, is.value)) return true
        const { attempt, failures, outcome } = is.context
        if (attempt > was.context.attempt + 1) return `attempt ${attempt} follows ${was.context.attempt}`
        const isHeard = action._tag === "Deliver" && failureMails.includes(action.message.type)
        const isFailure = is.matches("failing") && (outcome === null || outcome === "failed" || isHeard)
        if (isFailure && failures !== was.context.failures + 1)
          return `${failures} failures follow ${was.context.failures}`
        if (is.matches("claiming") && !was.matches("backingOff")) return "it tries again at once"
        if (is.matches("backingOff") && !was.matches("failing")) return "it backs off, and nothing was cancelled"
        if (is.matches("failing") && was.matches("backingOff")) return "nothing runs that could be cancelled"
        const isForgotten = is.context.policy.forgets === "each"
        if (is.matches("backingOff") && is.context.failures < 1 && !isForgotten) return "it backs off from no failure"
        if (action._tag !== "Deliver" || action.message.type !== "subtask.finished") return true
        const hasFinished = Object.values(process.tasks).every(
          (task) => before.of(task)?.machine.owner.matches("finished") ?? false
        )
        return hasFinished ? true : "somebody has not finished yet"
      })
    ),
  witness: (protocol) => (view) =>
    protocol.processes.some((process) => jobOf(process, view)?.matches("backingOff") ?? false)
}

export const A19: ModelProperty = {
  id: "A19",
  sentence: "who gives an alignment up says so, nobody acknowledges what was given up, and what is damaged is kept",
  of: (protocol, name) => [
    ...protocol.processes.flatMap((process) =>
      Object.values(process.tasks).map((component) =>
        step(name(component.name), (before, _, after) => {
          const [was, is] = [before.of(component), after.of(component)].map(
            (state) => state?.machine.owner.context.barrier
          )
          if (!was || !is || was.id === is.id) return true
          const isTold = mailOf(process.coordinator.name, after).some(
            (mail) => mail.type === "subtask.declined" && "id" in mail && mail.id === was.id
          )
          return isTold ? true : `${was.id} is given up, and nobody hears of it`
        })
      )
    ),
    ...protocol.processes.flatMap((process) =>
      Object.values(process.tasks).map((component) =>
        step(name(`${component.name} is late`), (before, action, after) => {
          if (action._tag !== "Deliver" || action.to !== component.name) return true
          const { message } = action
          if (message.type !== "capture.persisted" || !("id" in message)) return true
          const { id } = message
          const isWanted = before.of(component)?.machine.owner.context.capturing.some((other) => other === id) ?? false
          const said = (view: View): number =>
            mailOf(process.coordinator.name, view).filter(
              (mail) => mail.type === "subtask.acknowledged" && "id" in mail && mail.id === id
            ).length
          return isWanted || said(after) === said(before) ? true : "what nobody waits for is acknowledged"
        })
      )
    ),
    always(name("the log"), (view) => {
      const { entries } = view.resource(protocol.log)
      const ids = manifestsIn({ entries }).map(({ id }) => id)
      const lost = entries.find(({ entry }) => entry._tag === "Invalidation" && !ids.includes(entry.id))
      return lost === undefined ? true : `the damaged checkpoint of slot ${lost.slot} is gone`
    })
  ],
  witness: (protocol) => (view) => manifestsIn(view.resource(protocol.log)).length > 0
}

export const A20: ModelProperty = {
  id: "A20",
  sentence: "when nothing happens any more and the job runs, the store holds only what an entry names",
  of: (protocol, name) =>
    protocol.processes.map((process) =>
      terminal(name(process.name), (view) => {
        const job = jobOf(process, view)
        const { config } = protocol.settings
        if (job === undefined || config.capturesArePrompt) return true
        // What nobody has heard of waits for the next claim to sweep it away.
        if (!isReliable(config, "subtask.acknowledged")) return true
        if (!job.matches("running")) return true
        const { entries } = view.resource(protocol.log)
        // Nobody has heard whether the entry is gone: its objects wait for the next claim as well.
        const unsure = config.faults?.["log.late"] === undefined ? [] : (view.of(process.coordinator)?.retiring ?? [])
        const named = [...manifestsIn({ entries }).flatMap(objectsOf), ...unsure.flatMap(({ objects }) => objects)]
        const leader = leaderTerm({ entries })
        const lost = view
          .resource(protocol.store)
          .objects.find((object) => !named.includes(object) && termOfObject(nameOfObject(object)) === leader)
        return lost === undefined ? true : `nobody names ${nameOfObject(lost)}`
      })
    ),
  witness: (protocol) => (view) => view.resource(protocol.store).objects.length > 0
}
