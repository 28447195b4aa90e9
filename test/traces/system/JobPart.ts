/** The job of a real run: its machine, its timers, its activities. */
import { type Component, component } from "../../../packages/checker/src/system/Component.ts"
import type { Effect, Step } from "../../../packages/checker/src/system/Effect.ts"
import { jobComponent } from "../../../packages/core/src/protocol/components.ts"
import { jobMachine } from "../../../packages/core/src/protocol/jobMachine.ts"
import type { Claimed, JobCommand, JobEvent } from "../../../packages/core/src/protocol/jobMessages.ts"
import {
  type ActorMail,
  activityLine,
  answersOf,
  cancelTimer,
  type Doing,
  doing,
  doingNext,
  firedTimer,
  mailOf,
  noTimers,
  note,
  pastTimer,
  send,
  setTimer,
  stepLine,
  type Teller,
  type Timers,
  withDoing,
  withoutDoing
} from "./actor.ts"
import type { CoordinatorMail } from "./CoordinatorPart.ts"
import type { RunOptions, Script } from "./RunShape.ts"
import type { Place, RunLogAnswer, RunLogOperation } from "./runLog.ts"
import type { SubtaskBegin } from "./SubtaskPart.ts"

const name = "job"

export interface JobState extends Teller {
  readonly machine: ReturnType<typeof jobComponent.initial>[0]
  readonly timers: Timers
  readonly doing: ReadonlyArray<Doing<JobEvent>>
  readonly isCancelling: boolean
  /** Of the whole trace. */
  readonly told: Told
  readonly claim: {
    readonly places: ReadonlyArray<Place>
    readonly named: ReadonlyArray<string>
    readonly resumesFrom: number | null
  }
  readonly hasClaimed: boolean
}

/** How far the script is told; survives crashes. */
interface Told {
  readonly events: number
  readonly runs: number
  readonly failures: number
}

export type JobMail = ActorMail<JobEvent> | Extract<RunLogAnswer, { readonly type: "log.claimed" | "log.answered" }>

export type JobPart = Component<JobState, JobMail, null>

export const makeJobPart = (options: RunOptions, script: Script): JobPart =>
  component<JobState, JobMail, null>({
    name,
    start: (_input, durable) => ({ state: startJob(options, durable), effects: [] }),
    step: (state, mail) => take(options, script, { ...state, line: null }, mail),
    internal: (state) => chosen(options, script, state),
    durable: ({ told }) => told,
    machines: [jobMachine],
    snapshots: ({ machine }) => [{ name, snapshot: machine }]
  })

const startJob = (options: RunOptions, durable: unknown): JobState => ({
  machine: jobComponent.initial({ policy: options.restartPolicy })[0],
  ...{ line: null, timers: noTimers, doing: [], isCancelling: false, hasClaimed: false },
  told: isTold(durable) ? durable : { events: 0, runs: 0, failures: 0 },
  claim: { places: [], named: [], resumesFrom: null }
})

const isTold = (durable: unknown): durable is Told =>
  typeof durable === "object" && durable !== null && "runs" in durable

const take = (options: RunOptions, script: Script, state: JobState, mail: JobMail): Step<JobState> => {
  switch (mail.type) {
    case "activity.begin":
      return begin(options, state, mail.key)
    case "activity.end":
      return end(script, state, mail.key)
    case "timer.past":
      return { state: { ...state, timers: pastTimer(state.timers, mail.timer) }, effects: [] }
    case "log.claimed": {
      const { event, named, places, resumesFrom } = mail
      const answered = withDoing(state.doing, "claim", { phase: "answered", outcome: event })
      const hasClaimed = state.hasClaimed || event.type === "claim.appended"
      return { state: { ...state, doing: answered, claim: { named, places, resumesFrom }, hasClaimed }, effects: [] }
    }
    case "log.answered": {
      const outcome = { type: "end.recorded" } as const
      return {
        state: { ...state, doing: withDoing(state.doing, mail.key, { phase: "answered", outcome }) },
        effects: []
      }
    }
    case "outside": {
      const settled =
        mail.key === null
          ? afterUnforeseen(state, mail.event)
          : { ...state, doing: withoutDoing(state.doing, mail.key) }
      return dispatch(script, settled, mail.event)
    }
    default: {
      const timers = mail.type === "timer.fired" ? firedTimer(state.timers, mail.timer) : state.timers
      return dispatch(script, { ...state, timers }, mail)
    }
  }
}

const afterUnforeseen = (state: JobState, event: JobEvent): JobState => {
  if (event.type === "timer.fired") return { ...state, timers: firedTimer(state.timers, event.timer) }
  if (event.type === "attempt.cancelled")
    return { ...state, isCancelling: false, doing: state.doing.filter(({ key }) => key === "end") }
  const failures =
    event.type === "attempt.failed" || event.type === "claim.failed" ? state.told.failures + 1 : state.told.failures
  return { ...state, told: { ...state.told, events: state.told.events + 1, failures } }
}

const chosen = (options: RunOptions, script: Script, state: JobState): ReadonlyArray<JobMail> => {
  const { told, isCancelling, machine, timers } = state
  const outside = (event: JobEvent): JobMail => ({ type: "outside", event, key: null })
  const next = script.job[told.events]
  const isDeclared =
    next !== undefined &&
    (next.type === "attempt.failed"
      ? next.attempt === machine.context.attempt && told.failures < options.failures
      : next.type !== "claim.failed" || told.failures < options.failures)
  return [
    ...doingNext(state.doing),
    ...(isDeclared ? [outside(next)] : []),
    ...(isCancelling ? [outside({ type: "attempt.cancelled" })] : []),
    ...timers.late.map((timer) => outside({ type: "timer.fired", timer }))
  ]
}

const dispatch = (script: Script, state: JobState, event: JobEvent) => {
  const [machine, commands] = jobComponent.step(state.machine, event)
  const effects: Array<Effect> = event.type === "attempt.cancelled" ? stopRun(script, state) : []
  let next: JobState = { ...state, machine, line: stepLine(name, event, machine.value, commands) }
  for (const command of commands) next = perform(script, next, command, effects)
  return { state: next, effects }
}

const stopRun = (script: Script, { told }: JobState): Array<Effect> =>
  (script.runs[told.runs - 1]?.subtasks ?? []).map((subtask) => ({ _tag: "Stop", component: subtask }))

const perform = (script: Script, state: JobState, command: JobCommand, effects: Array<Effect>): JobState => {
  switch (command._tag) {
    case "ClaimLog":
      return { ...state, doing: [...state.doing, doing<JobEvent>({ key: "claim", activity: "claim", asks: true })] }
    case "RestoreAttempt": {
      const restored = state.claim.resumesFrom
      return {
        ...state,
        doing: [...state.doing, doing<JobEvent>({ key: "restore", activity: "restore", checkpoint: restored })]
      }
    }
    case "RunAttempt": {
      const claim = state.machine.context.claim
      effects.push(...startRun(script, state, claim))
      return { ...state, told: { ...state.told, runs: state.told.runs + 1 } }
    }
    case "StartCoordinator": {
      const { claim } = command
      const { sources = [], subtasks = [] } = script.runs[state.told.runs] ?? {}
      const { nextId, idsEnd, recorded, kept, term } = claim
      effects.push(
        tellCoordinator({
          type: "coordinator.begin",
          ...{ run: state.told.runs, term, sources, places: state.claim.places },
          event: { type: "coordinator.start", subtasks, nextId, idsEnd, recorded, kept }
        })
      )
      return state
    }
    case "SuspendCoordinator":
      effects.push(tellCoordinator({ type: "coordinator.suspend", reason: command.reason }))
      return state
    case "StopCoordinator":
      effects.push(tellCoordinator({ type: "coordinator.stop", kind: command.kind }))
      return state
    case "RefuseStop":
      return state
    case "CancelAttempt":
      return { ...state, isCancelling: true }
    case "RecordEnd":
      return { ...state, doing: [...state.doing, doing<JobEvent>({ key: "end", activity: "end", asks: true })] }
    case "SetTimer":
    case "CancelTimer": {
      const change = command._tag === "SetTimer" ? setTimer : cancelTimer
      const [timers, orders] = change(name, state.timers, command.timer)
      effects.push(...orders)
      return { ...state, timers }
    }
    case "EndJob":
      return state
  }
}

const tellCoordinator = (mail: CoordinatorMail): Effect => send(mailOf("coordinator"), mail)

const startRun = (script: Script, state: JobState, claim: Claimed | null): ReadonlyArray<Effect> => {
  const run = state.told.runs
  const term = claim?.term ?? 0
  const restored = state.claim.resumesFrom ?? 0
  const begin: SubtaskBegin = { run, term, restored }
  return [
    note({ _tag: "RunBegan", term, restored, named: state.claim.named }),
    ...(script.runs[run]?.subtasks ?? []).map((component): Effect => ({ _tag: "Start", component, input: begin }))
  ]
}

const begin = (options: RunOptions, state: JobState, key: string): Step<JobState> => {
  const line = activityLine("ActivityStarted", name, state.doing, key)
  const begun: JobState = { ...state, line, doing: withDoing(state.doing, key, { phase: "begun" }) }
  if (key === "claim") {
    const resume = state.hasClaimed ? "latest" : options.resume
    return { state: begun, effects: [request({ op: "claim", resume, to: answersOf(name) })] }
  }
  if (key === "restore") {
    // Everything is loaded; what no restored transaction refers to is removed from the targets.
    const rollback = doing<JobEvent>({
      key: "rollback",
      activity: "rollback",
      checkpoint: state.claim.resumesFrom
    })
    const held = withDoing(begun.doing, "restore", { phase: "begun", asks: true })
    return { state: { ...begun, doing: [...held, rollback] }, effects: [] }
  }
  if (key !== "end") return { state: begun, effects: [] }
  const term = state.machine.context.claim?.term ?? 0
  const isCancelled = state.machine.context.outcome === "cancelled"
  const entry = { _tag: "End", term, end: isCancelled ? "cancelled" : "finished", at: "" } as const
  return { state: begun, effects: [request({ op: "append", entry, to: answersOf(name), key })] }
}

const request = (operation: RunLogOperation): Effect => ({ _tag: "Request", resource: "log", operation })

const end = (script: Script, before: JobState, key: string): Step<JobState> => {
  const state: JobState = { ...before, line: activityLine("ActivityEnded", name, before.doing, key) }
  if (key === "rollback") {
    const rest = withoutDoing(state.doing, "rollback")
    const subtasks = script.runs[state.told.runs]?.subtasks ?? []
    const outcome: JobEvent = { type: "attempt.restored", subtasks }
    return { state: { ...state, doing: withDoing(rest, "restore", { phase: "answered", outcome }) }, effects: [] }
  }
  return { state: { ...state, doing: withDoing(state.doing, key, { phase: "ended" }) }, effects: [] }
}
