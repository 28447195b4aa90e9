/** The job of the model: the real machine, with what `JobActor` keeps beside it. */
import { type Component, component } from "../../../packages/checker/src/system/Component.ts"
import type { JobCommand, JobEvent } from "../../../packages/core/src/protocol/jobMessages.ts"
import { makeStepper } from "../../../packages/core/src/protocol/step.ts"
import type { Machines, Settings } from "./Config.ts"
import type { PostedTimer } from "./CoordinatorState.ts"
import type { JobEnvironment, JobState, JobStepper } from "./JobState.ts"
import { JobStep } from "./JobStep.ts"
import type { JobMail } from "./messages.ts"
import { jobOf, mailboxOf, type ProcessName } from "./names.ts"
import { tasksOf } from "./plan.ts"

export const jobStepper = (machines: Machines): JobStepper => makeStepper<Machines["job"], JobCommand>(machines.job)

export const makeJob = (
  settings: Settings,
  machines: Machines,
  place: { readonly process: ProcessName; readonly stepper: JobStepper }
): Component<JobState, JobMail | PostedTimer, null> => {
  const name = jobOf(place.process)
  const mailbox = mailboxOf(name)
  const { config, plan } = settings
  const env: JobEnvironment = {
    ...{ settings, ...place, mailbox, tasks: tasksOf(plan) },
    isPrompt: config.capturesArePrompt ?? false
  }
  const timerEvent = (timer: string): JobEvent => ({ type: "timer.fired", timer })
  return component<JobState, JobMail | PostedTimer, null>({
    name,
    start: (_, durable) => {
      const [machine] = place.stepper.initial({ policy: settings.restarts })
      const state: JobState = {
        ...{ machine, run: typeof durable === "number" ? durable + 1 : 1, activity: null, writer: null, point: null },
        ...{ isClaimOpen: false, failedAttempt: 0, isRunning: false, corrupt: [] }
      }
      const step = new JobStep(env, state)
      step.take({ type: "job.start" })
      return step.result
    },
    step: (state, mail) => {
      if (mail.type === "timer.posted") {
        return { state, effects: [{ _tag: "Send", channel: mailbox, message: timerEvent(mail.timer) }] }
      }
      const step = new JobStep(env, state)
      step.take(mail)
      return step.result
    },
    timerEvent: (timer) => (config.timersArePosted ? { type: "timer.posted", timer } : timerEvent(timer)),
    durable: ({ run }) => run,
    machines: [machines.job],
    snapshots: ({ machine }) => [{ name: "job", snapshot: machine }]
  })
}
