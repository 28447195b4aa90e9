/** The coordinator of a real run: its machine with its checkpoints, its timers, its activities. */
import { type Component, component } from "../../../packages/checker/src/system/Component.ts"
import type { Effect } from "../../../packages/checker/src/system/Effect.ts"
import type { SubtaskId, Term } from "../../../packages/core/src/model/ids.ts"
import { checkpointMachine, expiredCheckpoint } from "../../../packages/core/src/protocol/checkpointMachine.ts"
import { coordinatorComponent } from "../../../packages/core/src/protocol/components.ts"
import { coordinatorMachine } from "../../../packages/core/src/protocol/coordinatorMachine.ts"
import type { CoordinatorCommand, CoordinatorEvent } from "../../../packages/core/src/protocol/coordinatorMessages.ts"
import type { SubtaskEvent } from "../../../packages/core/src/protocol/subtaskMessages.ts"
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
  triggersOf,
  withDoing,
  withoutDoing
} from "./actor.ts"
import type { RunOptions, Script } from "./RunShape.ts"
import { manifestOf, objectsIn, type Place, type RunLogAnswer, type RunLogOperation } from "./runLog.ts"

const name = "coordinator"

interface Attempt {
  readonly run: number
  readonly term: Term
  readonly subtasks: ReadonlyArray<SubtaskId>
  readonly sources: ReadonlyArray<SubtaskId>
}

export interface CoordinatorState extends Teller {
  readonly machine: ReturnType<typeof coordinatorComponent.initial>[0]
  readonly timers: Timers
  readonly doing: ReadonlyArray<Doing<CoordinatorEvent>>
  readonly attempt: Attempt | null
  /** Where the objects of completed checkpoints are named. */
  readonly places: ReadonlyArray<Place>
  /** Their entries are being removed: until one is gone, nothing that it refers to is released. */
  readonly retiring: ReadonlyArray<Place>
  /** From subtasks of an attempt that is being closed: heard in their order, or dropped. */
  readonly stray: ReadonlyArray<CoordinatorEvent>
  /** Events of the script that are told; survives crashes. */
  readonly told: number
}

/** `coordinator.start` with what the coordinator works on. */
interface Begin extends Omit<Attempt, "subtasks"> {
  readonly type: "coordinator.begin"
  readonly places: ReadonlyArray<Place>
  readonly event: Extract<CoordinatorEvent, { readonly type: "coordinator.start" }>
}

export type CoordinatorMail = ActorMail<CoordinatorEvent> | Begin | LogAnswered
type LogAnswered = Extract<RunLogAnswer, { readonly type: "log.answered" }>

export type CoordinatorPart = Component<CoordinatorState, CoordinatorMail, null>

export const makeCoordinatorPart = (options: RunOptions, script: Script): CoordinatorPart =>
  component<CoordinatorState, CoordinatorMail, null>({
    name,
    start: (_input, durable) => ({ state: startCoordinator(options, durable), effects: [] }),
    step: (state, mail) => take({ ...state, line: null }, mail),
    internal: (state) => chosen(script, state),
    timerEvent: (timer) => timerEvent(timer),
    durable: ({ told }) => told,
    machines: [coordinatorMachine, checkpointMachine],
    snapshots: ({ machine }) => [
      { name, snapshot: machine.owner },
      ...machine.parts.map(({ key, snapshot }) => ({ name: `checkpoint ${key}`, snapshot }))
    ]
  })

const startCoordinator = ({ checkpointPolicy }: RunOptions, durable: unknown): CoordinatorState => ({
  machine: coordinatorComponent.initial({ policy: checkpointPolicy })[0],
  ...{ line: null, timers: noTimers, doing: [], attempt: null, places: [], retiring: [], stray: [] },
  told: typeof durable === "number" ? durable : 0
})

const timerEvent = (timer: string): CoordinatorEvent => {
  const expired = expiredCheckpoint(timer)
  return expired === null ? { type: "timer.fired", timer } : { type: "checkpoint.expired", id: expired }
}

const timerOf = (event: CoordinatorEvent): string | null => {
  if (event.type === "timer.fired") return event.timer
  return event.type === "checkpoint.expired" ? `checkpoint:${event.id}` : null
}

/** Whether a mail may have been dropped by the closing of the attempt that it came from. */
const isStray = ({ machine }: CoordinatorState, mail: { readonly type: string }): boolean =>
  mail.type.startsWith("subtask.") && machine.owner.matches("inactive")

const take = (state: CoordinatorState, mail: CoordinatorMail) => {
  switch (mail.type) {
    case "activity.begin":
      return begin(state, mail.key)
    case "activity.end":
      return end(state, mail.key)
    case "timer.past":
      return { state: { ...state, timers: pastTimer(state.timers, mail.timer) }, effects: [] }
    case "log.answered": {
      const [next, removed] = entryGone(answered(state, mail), mail.key)
      return { state: next, effects: removed.length === 0 ? [] : [note({ _tag: "Removing", objects: removed })] }
    }
    case "coordinator.begin": {
      const { run, sources, term } = mail
      const attempt = { run, term, sources, subtasks: mail.event.subtasks }
      return dispatch({ ...state, attempt, stray: [], places: merged(state.places, mail.places) }, mail.event)
    }
    case "outside": {
      const { event, key } = mail
      if (key !== null) return dispatch({ ...state, doing: withoutDoing(state.doing, key) }, event)
      const at = state.stray.indexOf(event)
      const timer = timerOf(event)
      if (at >= 0) return dispatch({ ...state, stray: state.stray.slice(at + 1) }, event)
      if (timer !== null) return dispatch({ ...state, timers: firedTimer(state.timers, timer) }, event)
      return dispatch({ ...state, told: state.told + 1 }, event)
    }
    default: {
      if (isStray(state, mail)) return { state: { ...state, stray: [...state.stray, mail] }, effects: [] }
      const timer = timerOf(mail)
      return dispatch(timer === null ? state : { ...state, timers: firedTimer(state.timers, timer) }, mail)
    }
  }
}

const merged = (places: ReadonlyArray<Place>, more: ReadonlyArray<Place>): ReadonlyArray<Place> =>
  [...places.filter(({ id }) => more.every((other) => other.id !== id)), ...more].sort((a, b) => a.id - b.id)

const chosen = (script: Script, state: CoordinatorState): ReadonlyArray<CoordinatorMail> => {
  const outside = (event: CoordinatorEvent): CoordinatorMail => ({ type: "outside", event, key: null })
  const next = script.coordinator[state.told]
  return [
    ...doingNext(state.doing),
    ...(next === undefined ? [] : [outside(next)]),
    ...state.timers.late.map((timer) => outside(timerEvent(timer))),
    ...state.stray.map(outside)
  ]
}

const dispatch = (state: CoordinatorState, event: CoordinatorEvent) => {
  const [machine, commands] = coordinatorComponent.step(state.machine, event)
  const effects: Array<Effect> = []
  let next: CoordinatorState = { ...state, machine, line: stepLine(name, event, machine.owner.value, commands) }
  for (const command of commands) next = perform(next, command, effects)
  if (event.type === "coordinator.suspend") next = { ...next, attempt: null }
  return { state: next, effects }
}

const perform = (state: CoordinatorState, command: CoordinatorCommand, effects: Array<Effect>): CoordinatorState => {
  switch (command._tag) {
    case "TriggerSources":
      for (const source of state.attempt?.sources ?? []) {
        effects.push(send(triggersOf(source), triggered(command.barrier)))
      }
      return state
    case "WriteManifest": {
      const { acknowledged, barrier } = command
      const handles = (state.attempt?.subtasks ?? []).flatMap((subtask) =>
        acknowledged.filter((one) => one.subtask === subtask).map(({ handle }) => handle)
      )
      const objects = objectsIn(handles)
      const entry = manifestOf({ term: state.attempt?.term ?? 0, id: barrier.id, kind: barrier.kind, handles })
      const key = `manifest ${barrier.id}`
      return want(state, doing({ key, activity: "manifest", checkpoint: barrier.id, objects, asks: true, entry }))
    }
    case "NotifyCompleted":
      effects.push(note({ _tag: "Notified", id: command.id }))
      tellSubtasks(state, { type: "checkpoint.completed", id: command.id, kind: command.kind }, effects)
      return state
    case "NotifyInvalidated":
      tellSubtasks(state, { type: "checkpoint.invalidated", id: command.id, reason: command.reason }, effects)
      return state
    case "ReleaseState": {
      const { id, objects } = command
      return want(state, doing({ key: `release ${objects}`, activity: "release", checkpoint: id, objects }))
    }
    case "RetireCheckpoint": {
      if (state.attempt === null) return state
      const objects = state.places.find(({ id }) => id === command.id)?.objects ?? []
      const places = state.places.filter(({ id }) => id !== command.id)
      const retire = doing<CoordinatorEvent>({
        ...{ key: `retire ${command.id}`, activity: "retire", checkpoint: command.id, objects, asks: true }
      })
      return want({ ...state, places, retiring: merged(state.retiring, [{ id: command.id, objects }]) }, retire)
    }
    case "ReserveIds":
      throw new Error(
        "A trace of more checkpoints than a claim reserves ids for is not supported: record a shorter run."
      )
    case "RefuseRequest":
    case "RefuseSavepoint":
      return state
    case "NotifySavepoint":
      effects.push(note({ _tag: "Notified", id: command.id }))
      return state
    case "DrainSources":
      for (const source of state.attempt?.sources ?? []) effects.push(send(mailOf(source), { type: "source.drain" }))
      return state
    case "SetTimer":
    case "CancelTimer": {
      const change = command._tag === "SetTimer" ? setTimer : cancelTimer
      const [timers, orders] = change(name, state.timers, command.timer)
      effects.push(...orders)
      return { ...state, timers }
    }
    case "TellJob":
      effects.push(send(mailOf("job"), command.event))
      return state
  }
}

const want = (state: CoordinatorState, wanted: Doing<CoordinatorEvent>): CoordinatorState => ({
  ...state,
  doing: [...state.doing, wanted]
})

const triggered = (barrier: Extract<SubtaskEvent, { readonly type: "trigger.received" }>["barrier"]): SubtaskEvent => ({
  type: "trigger.received",
  barrier
})

const tellSubtasks = ({ attempt }: CoordinatorState, event: SubtaskEvent, effects: Array<Effect>): void => {
  for (const subtask of attempt?.subtasks ?? []) effects.push(send(mailOf(subtask), event))
}

const begin = (state: CoordinatorState, key: string) => {
  const line = activityLine("ActivityStarted", name, state.doing, key)
  const begun: CoordinatorState = { ...state, line, doing: withDoing(state.doing, key, { phase: "begun" }) }
  const one = state.doing.find((candidate) => candidate.key === key)
  const removing = note({ _tag: "Removing", objects: one?.objects ?? [] })
  const to = answersOf(name)
  if (one === undefined) return { state: begun, effects: [] }
  if (one.entry !== null) return { state: begun, effects: [request({ op: "append", entry: one.entry, to, key })] }
  if (one.activity !== "retire") return { state: begun, effects: [removing] }
  return { state: begun, effects: [request({ op: "delete", id: one.checkpoint ?? 0, to, key })] }
}

const request = (operation: RunLogOperation): Effect => ({ _tag: "Request", resource: "log", operation })

/** What the log has answered; who refuses is a newer claim. */
const answered = (state: CoordinatorState, { key, result }: LogAnswered): CoordinatorState => {
  const one = state.doing.find((candidate) => candidate.key === key)
  const id = one?.checkpoint ?? 0
  const isCurrent = state.attempt !== null && state.attempt.term === one?.entry?.term
  const refused = result === "failed" ? "storageFailed" : isCurrent ? "fenced" : "restarted"
  const outcome: CoordinatorEvent =
    result === "done" ? { type: "manifest.recorded", id } : { type: "manifest.refused", id, reason: refused }
  const isHeard = one?.activity === "manifest"
  return { ...state, doing: withDoing(state.doing, key, { phase: "answered", outcome: isHeard ? outcome : null }) }
}

/** The entry of a retired checkpoint is gone: what no other one refers to is removed now. */
const entryGone = (state: CoordinatorState, key: string): readonly [CoordinatorState, ReadonlyArray<string>] => {
  const one = state.doing.find((candidate) => candidate.key === key)
  if (one?.activity !== "retire") return [state, []]
  const retiring = state.retiring.filter(({ id }) => id !== one.checkpoint)
  const others = [...state.places.filter(({ id }) => id !== one.checkpoint), ...retiring]
  const released = one.objects.filter((object) => others.every(({ objects }) => !objects.includes(object)))
  return [{ ...state, retiring, doing: withDoing(state.doing, key, { released }) }, released]
}

const end = (state: CoordinatorState, key: string) => {
  const one = state.doing.find((candidate) => candidate.key === key)
  const line = activityLine("ActivityEnded", name, state.doing, key)
  const ended: CoordinatorState = { ...state, line, doing: withDoing(state.doing, key, { phase: "ended" }) }
  if (one?.activity === "manifest") {
    const places = merged(ended.places, [{ id: one.checkpoint ?? 0, objects: one.objects }])
    return { state: { ...ended, places }, effects: [] }
  }
  const removed = note({ _tag: "Removed", objects: one?.released ?? one?.objects ?? [] })
  return { state: { ...ended, doing: withoutDoing(ended.doing, key) }, effects: [removed] }
}
