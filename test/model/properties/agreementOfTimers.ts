/** What is asked of a job is heeded, and timers run when they are needed: see agreement.ts. */
import { always, step } from "../../../packages/checker/src/property/Property.ts"
import type { View } from "../../../packages/checker/src/system/View.ts"
import type { TimerName } from "../system/Config.ts"
import { mailboxOf } from "../system/names.ts"
import type { ProcessParts } from "../system/ProcessParts.ts"
import type { Protocol } from "../system/protocolSystem.ts"
import type { ModelProperty } from "./ModelProperty.ts"
import { jobOf } from "./reading.ts"

export const A16: ModelProperty = {
  id: "A16",
  sentence: "a stop or a cancellation is heeded at once, or refused where nothing runs, and no other attempt follows",
  of: (protocol, name) =>
    protocol.processes.flatMap((process) => [
      step(name(process.name), (before, action, after) => {
        if (action._tag !== "Deliver" || action.to !== process.job.name) return true
        const { type } = action.message
        const [was, is] = [jobOf(process, before), jobOf(process, after)]
        if (was === undefined || is === undefined || (type !== "job.stop" && type !== "job.cancel")) return true
        if (was.status === "done" || was.context.outcome !== null) return true
        const isStopping =
          type === "job.stop" && is.matches({ running: "stopping" }) && !was.matches({ running: "stopping" })
        const { stopKind = "stop" } = protocol.settings.config.stimuli ?? {}
        const isRefused = type === "job.stop" && stopKind !== "stop" && !was.matches("running")
        if (isRefused) return is.context.outcome === null ? true : `${type} ends what cannot be saved`
        return isStopping || is.context.outcome !== null ? true : `${type} changes nothing`
      }),
      step(name(`${process.name} stands by it`), (before, _, after) => {
        const [was, is] = [jobOf(process, before), jobOf(process, after)]
        if (was === undefined || is === undefined) return true
        const hasStopped = was.matches({ running: "stopping" }) && !is.matches({ running: "stopping" })
        if (hasStopped && is.context.outcome === null) return "it was stopped, and forgets it"
        const { outcome } = was.context
        if (outcome === null || outcome === is.context.outcome || was.matches("recordingEnd")) return true
        return `${outcome} becomes ${is.context.outcome}`
      }),
      always(name(`${process.name} goes on`), (view) => {
        const job = jobOf(process, view)
        if (job === undefined || job.context.outcome === null) return true
        const isOpen = (["claiming", "restoring", "running", "backingOff"] as const).some((state) => job.matches(state))
        return isOpen ? `it goes on after ${job.context.outcome}` : true
      })
    ]),
  witness: (protocol) => (view) =>
    protocol.processes.some((process) => (jobOf(process, view)?.context.outcome ?? null) !== null)
}

/** A timer that runs, or that has fired and was not heard yet. */
interface Needed {
  readonly timer: string
  readonly kind: TimerName
  /** It may run; else it must not. */
  readonly may: boolean
  /** It has to run. */
  readonly must: boolean
}

const verdict = (
  protocol: Protocol,
  view: View,
  component: { readonly name: string },
  needed: ReadonlyArray<Needed>
): true | string => {
  const armed = view.timers(component)
  const mail = view.messages({ name: mailboxOf(component.name) })
  const isPosted = (timer: string): boolean =>
    mail.some(
      (message) =>
        ("timer" in message && message.timer === timer) ||
        (message.type === "checkpoint.expired" && "id" in message && `checkpoint:${message.id}` === timer)
    )
  for (const { timer, kind, may, must } of needed) {
    if (armed.includes(timer) && !may) return `${timer} runs for nothing`
    const isUsed = protocol.settings.timers.includes(kind)
    if (must && isUsed && !armed.includes(timer) && !isPosted(timer)) return `${timer} does not run`
  }
  const stray = armed.find((timer) => !needed.some((one) => one.timer === timer))
  return stray === undefined ? true : `${stray} runs for nothing`
}

const timersOfCoordinator = (protocol: Protocol, process: ProcessParts, view: View): ReadonlyArray<Needed> => {
  const machine = view.of(process.coordinator)?.machine
  if (machine === undefined) return []
  const { owner, parts } = machine
  const { isPauseOver, terminal, policy } = owner.context
  const isPosted = protocol.settings.config.timersArePosted ?? false
  const isActive = owner.matches("active")
  const isPeriodic =
    owner.matches({ active: "regular" }) && (policy.trigger === "periodic" || policy.trigger === "first")
  const isEnding = owner.matches({ active: "ending" })
  const isRetried = isEnding && terminal !== null && terminal.id === null && !terminal.isWanted
  const expiries = parts
    .filter(({ snapshot }) => snapshot.matches({ pending: "inFlight" }))
    .map(({ key }): Needed => ({ timer: `checkpoint:${key}`, kind: "expiry", may: true, must: true }))
  return [
    { timer: "interval", kind: "interval", may: isPeriodic, must: isPeriodic },
    // One that had fired already may end the next pause early, where timers wait in mailboxes.
    {
      timer: "minPause",
      kind: "minPause",
      may: isActive && (!isPauseOver || isPosted),
      must: isActive && !isPauseOver
    },
    { timer: "terminalRetry", kind: "terminalRetry", may: isRetried, must: isRetried },
    ...expiries
  ]
}

const timersOfJob = (process: ProcessParts, view: View): ReadonlyArray<Needed> => {
  const job = jobOf(process, view)
  if (job === undefined) return []
  const isBackingOff = job.matches("backingOff")
  const isStopping = job.matches({ running: "stopping" }) && job.context.stopping === "stop"
  return [
    { timer: "backoff", kind: "backoff", may: isBackingOff, must: isBackingOff },
    { timer: "stopTimeout", kind: "stopTimeout", may: isStopping, must: isStopping },
    { timer: "stable", kind: "stable", may: job.matches("running"), must: false },
    // A21 says which of them have to run.
    ...view
      .timers(process.job)
      .filter((timer) => timer.startsWith("forget:"))
      .map((timer): Needed => ({ timer, kind: "forget", may: true, must: false }))
  ]
}

export const A17: ModelProperty = {
  id: "A17",
  sentence: "every timer runs while it is waited for, and no longer",
  of: (protocol, name) =>
    protocol.processes.flatMap((process) => [
      always(name(process.coordinator.name), (view) =>
        verdict(protocol, view, process.coordinator, timersOfCoordinator(protocol, process, view))
      ),
      always(name(process.job.name), (view) => verdict(protocol, view, process.job, timersOfJob(process, view))),
      step(name(`${process.job.name} is watched`), (before, _, after) => {
        const isBeginning = jobOf(process, after)?.matches("running") && !jobOf(process, before)?.matches("running")
        if (!isBeginning || !protocol.settings.timers.includes("stable")) return true
        return after.timers(process.job).includes("stable") ? true : "nobody will find it stable"
      })
    ]),
  witness: (protocol) => (view) => protocol.processes.some((process) => view.timers(process.coordinator).length > 0)
}

export const A18: ModelProperty = {
  id: "A18",
  sentence: "a coordinator is at work only for a job that runs, and a job that was found stable has no failures",
  of: (protocol, name) =>
    protocol.processes.flatMap((process) => [
      always(name(process.name), (view) => {
        const [job, coordinator] = [jobOf(process, view), view.of(process.coordinator)?.machine.owner]
        if (job === undefined || coordinator === undefined || job.matches("running")) return true
        if (!coordinator.matches("active")) return true
        const isTold = view.messages({ name: mailboxOf(process.coordinator.name) }).some(isSuspension)
        return isTold ? true : "it goes on without a job"
      }),
      step(name(`${process.name} is stable`), (before, action, after) => {
        if (action._tag !== "Timer" || action.component !== process.job.name || action.timer !== "stable") return true
        const [was, is] = [jobOf(process, before), jobOf(process, after)]
        if (protocol.settings.config.timersArePosted) return true
        if (was?.matches({ running: "stopping" })) {
          return is?.matches({ running: "stopping" }) ? true : "it stops before its time"
        }
        if (!was?.matches({ running: "flowing" })) return true
        return is?.context.failures === 0 || is?.context.policy.forgets !== undefined
          ? true
          : `${is?.context.failures} failures are left`
      })
    ]),
  witness: (protocol) => (view) =>
    protocol.processes.some((process) => view.of(process.coordinator)?.machine.owner.matches("active") ?? false)
}

const isSuspension = ({ type }: { readonly type: string }): boolean => type === "coordinator.suspend"
