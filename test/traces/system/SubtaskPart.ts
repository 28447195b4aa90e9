/**
 * A subtask of a real run: its machine with its committer, and a data plane that does what the trace says of it. What is
 * read of channels is what was sent into them, in order; what cannot be foreseen, counts above all, is the trace's word
 * and is judged by the facts.
 */
import { type Component, component } from "../../../packages/checker/src/system/Component.ts"
import type { Effect } from "../../../packages/checker/src/system/Effect.ts"
import { type Barrier, endsData, isTerminal } from "../../../packages/core/src/model/Barrier.ts"
import type { ChannelId, CheckpointId, SubtaskId, Term } from "../../../packages/core/src/model/ids.ts"
import { mayRead } from "../../../packages/core/src/protocol/alignment.ts"
import { committerMachine } from "../../../packages/core/src/protocol/committerMachine.ts"
import { subtaskComponent } from "../../../packages/core/src/protocol/components.ts"
import { committerKey, subtaskMachine } from "../../../packages/core/src/protocol/subtaskMachine.ts"
import type { SubtaskCommand, SubtaskEvent } from "../../../packages/core/src/protocol/subtaskMessages.ts"
import type { ChannelPosition } from "../../../packages/core/src/runtime/Inspection.ts"
import { stateObjectName } from "../../../packages/core/src/runtime/stateObject.ts"
import type { TraceLine } from "../TraceLine.ts"
import {
  type ActorMail,
  activityLine,
  type Doing,
  doing,
  doingNext,
  mailOf,
  note,
  send,
  stepLine,
  type Teller,
  withDoing,
  withoutDoing
} from "./actor.ts"
import { type DataPlaneFact, indexOf, type RunOptions, type Script, type SubtaskScript, taskOf } from "./RunShape.ts"
import { type Environment, environmentOf, runOf } from "./subtaskEnvironment.ts"

/** What flows through a data channel, as far as a trace tells of it. */
export type TracedElement =
  | ({ readonly type: "element.barrier"; readonly barrier: Barrier } & ChannelPosition)
  | { readonly type: "element.end"; readonly channel: ChannelId }

export interface SubtaskBegin {
  readonly run: number
  readonly term: Term
  readonly restored: CheckpointId
}

/** A command of the data plane that is to be performed before anything else. */
type Todo =
  | { readonly _tag: "Capture"; readonly barrier: Barrier }
  | { readonly _tag: "Forward"; readonly barrier: Barrier; readonly channel: ChannelId }

interface TracedCapture {
  readonly id: CheckpointId
  readonly base: CheckpointId | null
  readonly phase: "queued" | "prepared" | "writing" | "written"
  readonly isAbandoned: boolean
  /** Transactions in the snapshot, from `writing` on. */
  readonly holds: ReadonlyArray<string>
}

export interface SubtaskState extends Teller {
  readonly begun: SubtaskBegin
  readonly machine: ReturnType<typeof subtaskComponent.initial>[0]
  readonly startup: "restore" | "restored" | "over"
  /** A barrier that was taken and has not been stepped. */
  readonly hand: { readonly channel: ChannelId; readonly barrier: Barrier } | null
  readonly todo: ReadonlyArray<Todo>
  readonly captures: ReadonlyArray<TracedCapture>
  readonly doing: ReadonlyArray<Doing<SubtaskEvent>>
  /** Facts of the script that are told. */
  readonly told: number
  readonly isExhausted: boolean
  readonly isHalted: boolean
}

export type SubtaskMail =
  | ActorMail<SubtaskEvent>
  | TracedElement
  | { readonly type: "plane.did"; readonly fact: DataPlaneFact }
  | { readonly type: "write.began" | "write.ended"; readonly id: CheckpointId }

export type SubtaskPart = Component<SubtaskState, SubtaskMail, SubtaskBegin>

export const makeSubtaskPart = (options: RunOptions, script: Script, id: SubtaskId): SubtaskPart => {
  const env = environmentOf(options, script, id)
  return component<SubtaskState, SubtaskMail, SubtaskBegin>({
    name: id,
    start: (begun) => ({ state: startSubtask(env, begun), effects: [] }),
    step: (state, mail) => take(env, { ...state, line: null }, mail),
    internal: (state) => chosen(env, state),
    mayReceive: (state, channel) => mayTake(state, channel),
    machines: [subtaskMachine, committerMachine],
    snapshots: ({ machine }) => [
      { name: "subtask", snapshot: machine.owner },
      ...machine.parts.map(({ snapshot }) => ({ name: "committer", snapshot }))
    ]
  })
}

const startSubtask = (env: Environment, begun: SubtaskBegin): SubtaskState => {
  const { inputs, twoPhaseSink } = runOf(env, begun.run)
  const [machine] = subtaskComponent.initial({
    subtask: env.id,
    channels: inputs,
    hasCommitter: twoPhaseSink !== null
  })
  return {
    ...{ begun, machine, line: null, startup: "restore", hand: null, todo: [], captures: [], doing: [] },
    ...{ told: 0, isExhausted: false, isHalted: false }
  }
}

/** L1: a step and its data-plane commands are done before anything else is taken. */
const isBusy = ({ hand, startup, todo }: SubtaskState): boolean =>
  hand !== null || todo.length > 0 || startup !== "over"

const mayTake = (state: SubtaskState, channel: string): boolean => {
  if (isBusy(state)) return false
  if (!channel.includes(">")) return true
  return !state.isHalted && state.machine.owner.matches("active") && mayRead(state.machine.owner.context, channel)
}

// What may happen.

const chosen = (env: Environment, state: SubtaskState): ReadonlyArray<SubtaskMail> => {
  const { isSource, script } = runOf(env, state.begun.run)
  const outside = (event: SubtaskEvent): SubtaskMail => ({ type: "outside", event, key: null })
  const background = [...doingNext(state.doing), ...captureNext(env, script, state)]
  if (state.startup === "restore") return [outside({ type: "state.restore" })]
  if (state.startup === "restored") return script.restored === null ? [] : [outside(script.restored)]
  if (state.hand !== null) return [outside({ type: "barrier.received", ...state.hand })]
  if (state.todo.length > 0) return [...background, ...performNext(script, state)]
  const mayExhaust = isSource && !state.isExhausted && !state.isHalted && state.machine.owner.matches("active")
  return [...background, ...(mayExhaust ? [outside({ type: "source.exhausted" })] : [])]
}

/** The next thing that the trace says of the data plane, if it is what is to be done. */
const performNext = (script: SubtaskScript, { told, todo }: SubtaskState): ReadonlyArray<SubtaskMail> => {
  const fact = script.facts[told]
  const [first] = todo
  if (fact === undefined || first === undefined || fact.checkpoint !== first.barrier.id) return []
  const isIt =
    first._tag === "Capture" ? fact._tag === "Captured" : fact._tag === "BarrierSent" && fact.channel === first.channel
  return isIt ? [{ type: "plane.did", fact }] : []
}

/** Captures are written one after the other; what was prepared is told before its snapshot is written. */
const captureNext = (env: Environment, script: SubtaskScript, state: SubtaskState): ReadonlyArray<SubtaskMail> => {
  const { twoPhaseSink } = runOf(env, state.begun.run)
  const next: Array<SubtaskMail> = []
  for (const { id, isAbandoned, phase } of state.captures) {
    const transaction = script.prepared[id]
    const mustPrepare = twoPhaseSink !== null && transaction !== undefined && phase === "queued"
    if (mustPrepare) next.push({ type: "outside", event: { type: "transaction.prepared", id, transaction }, key: null })
    if (!mustPrepare && (phase === "queued" || phase === "prepared")) next.push({ type: "write.began", id })
    if (phase === "writing") next.push({ type: "write.ended", id }, ...persisted(env, state, script, id, "failed"))
    if (phase === "written") next.push(...persisted(env, state, script, id, "written"))
    const isDone = phase === "written" || (isAbandoned && !mustPrepare)
    if (!isDone) break
  }
  return next
}

const persisted = (
  env: Environment,
  state: SubtaskState,
  script: SubtaskScript,
  id: CheckpointId,
  how: "written" | "failed"
): ReadonlyArray<SubtaskMail> => {
  const told = script.persisted[id]
  if (told === undefined || (told === "failed") !== (how === "failed")) return []
  const object = objectOf(env, state, id)
  const event: SubtaskEvent =
    told === "failed" ? { type: "capture.failed", id } : { type: "capture.persisted", id, handle: { object, ...told } }
  return [{ type: "outside", event, key: null }]
}

const objectOf = ({ id }: Environment, { begun }: SubtaskState, checkpoint: CheckpointId): string =>
  stateObjectName({ term: begun.term, checkpoint, task: taskOf(id), index: indexOf(id) })

// What happens.

const take = (env: Environment, state: SubtaskState, mail: SubtaskMail) => {
  switch (mail.type) {
    case "element.barrier": {
      const { barrier, channel, records, sequence } = mail
      const taken = note({ _tag: "BarrierTaken", checkpoint: barrier.id, channel, sequence, records })
      const line: TraceLine = { _tag: "BarrierTaken", checkpoint: barrier.id, channel, sequence, records }
      return { state: { ...state, line, hand: { channel, barrier } }, effects: [taken] }
    }
    case "element.end":
      return dispatch(env, state, { type: "data.ended", channel: mail.channel })
    case "plane.did":
      return did(state, mail.fact)
    case "write.began": {
      const holds = preparedBy(state).map(({ transaction }) => transaction)
      const writing = note({ _tag: "Writing", object: objectOf(env, state, mail.id), holds })
      const line = writeLine("ActivityStarted", env, state, mail.id, holds)
      return { state: { ...withCapture(state, mail.id, { phase: "writing", holds }), line }, effects: [writing] }
    }
    case "write.ended": {
      const written = note({ _tag: "Written", object: objectOf(env, state, mail.id) })
      const holds = state.captures.find(({ id }) => id === mail.id)?.holds ?? []
      const line = writeLine("ActivityEnded", env, state, mail.id, holds)
      return { state: { ...withCapture(state, mail.id, { phase: "written" }), line }, effects: [written] }
    }
    case "activity.begin":
      return beginOrEnd(env, state, mail.key, "begun")
    case "activity.end":
      return beginOrEnd(env, state, mail.key, "ended")
    case "timer.past":
      return { state, effects: [] }
    case "outside": {
      const { effects, state: next } = dispatch(env, afterOutside(state, mail.event, mail.key), mail.event)
      return { state: next, effects: [...sharing(env, state, mail.event), ...effects] }
    }
    default:
      return dispatch(env, state, mail)
  }
}

const preparedBy = ({ machine }: SubtaskState) =>
  machine.parts.find(({ key }) => key === committerKey)?.snapshot.context.prepared ?? []

const withCapture = (state: SubtaskState, id: CheckpointId, change: Partial<TracedCapture>): SubtaskState => ({
  ...state,
  captures: state.captures.map((capture) => (capture.id === id ? { ...capture, ...change } : capture))
})

const afterOutside = (state: SubtaskState, event: SubtaskEvent, key: string | null): SubtaskState => {
  if (key !== null) return { ...state, doing: withoutDoing(state.doing, key) }
  switch (event.type) {
    case "state.restore":
      return { ...state, startup: "restored" }
    case "state.restored":
      return { ...state, startup: "over" }
    case "barrier.received":
      return { ...state, hand: null }
    case "source.exhausted":
      return { ...state, isExhausted: true }
    case "transaction.prepared":
      return withCapture(state, event.id, { phase: "prepared" })
    case "capture.persisted":
    case "capture.failed":
      return { ...state, captures: state.captures.filter(({ id }) => id !== event.id) }
    default:
      return state
  }
}

/** What a snapshot refers to, and what its barrier has allowed. */
const sharing = (env: Environment, state: SubtaskState, event: SubtaskEvent): ReadonlyArray<Effect> => {
  if (event.type !== "capture.persisted") return []
  const base = state.captures.find(({ id }) => id === event.id)?.base ?? null
  const { object, shared } = event.handle
  const allowed = base === null ? null : { id: base, object: objectOf(env, state, base) }
  return [note({ _tag: "Shared", object, shared, base: allowed })]
}

const did = (state: SubtaskState, fact: DataPlaneFact) => {
  const [first, ...todo] = state.todo
  const next: SubtaskState = { ...state, todo, told: state.told + 1, line: fact }
  if (fact._tag === "Captured") {
    const base = first?.barrier.base ?? null
    const capture: TracedCapture = { id: fact.checkpoint, base, phase: "queued", isAbandoned: false, holds: [] }
    const { checkpoint, emitted, subtask, taken } = fact
    const isTracked = first?.barrier.alignment === "tracked"
    const captured = note({
      _tag: "Captured",
      subtask,
      checkpoint,
      taken,
      emitted,
      ...(isTracked ? { isTracked } : {})
    })
    return { state: { ...next, captures: [...next.captures, capture] }, effects: [captured] }
  }
  if (first === undefined) return { state: next, effects: [] }
  const { channel, checkpoint, records, sequence } = fact
  const element: TracedElement = { type: "element.barrier", barrier: first.barrier, channel, records, sequence }
  const sent = note({ _tag: "BarrierSent", checkpoint, channel, records, sequence })
  return { state: next, effects: [sent, send(channel, element)] }
}

const writeLine = (
  tag: "ActivityStarted" | "ActivityEnded",
  env: Environment,
  state: SubtaskState,
  checkpoint: CheckpointId,
  transactions: ReadonlyArray<string>
): TraceLine => ({
  ...{
    _tag: tag,
    actor: env.id,
    activity: "write",
    checkpoint,
    objects: [objectOf(env, state, checkpoint)],
    transactions
  }
})

const beginOrEnd = (env: Environment, state: SubtaskState, key: string, phase: "begun" | "ended") => {
  const line = activityLine(phase === "begun" ? "ActivityStarted" : "ActivityEnded", env.id, state.doing, key)
  const one = state.doing.find((candidate) => candidate.key === key)
  const isRelease = one?.activity === "release"
  const effects: Array<Effect> = []
  if (isRelease) effects.push(note({ _tag: phase === "begun" ? "Removing" : "Removed", objects: one.objects }))
  if (one?.activity === "commit" && phase === "begun") {
    effects.push(note({ _tag: "Committing", upTo: one.checkpoint ?? 0, transactions: one.transactions }))
  }
  const rest = isRelease && phase === "ended" ? withoutDoing(state.doing, key) : withDoing(state.doing, key, { phase })
  return { state: { ...state, line, doing: rest }, effects }
}

const dispatch = (env: Environment, state: SubtaskState, event: SubtaskEvent) => {
  const [machine, commands] = subtaskComponent.step(state.machine, event)
  const effects: Array<Effect> = []
  let next: SubtaskState = { ...state, machine, line: stepLine(env.id, event, machine.owner.value, commands) }
  const { parallelism, twoPhaseSink: sink } = runOf(env, state.begun.run)
  if (event.type === "transaction.prepared" && sink !== null) {
    effects.push(note({ _tag: "Prepared", id: event.id, sink, transaction: event.transaction }))
  }
  if (event.type === "state.restored" && sink !== null) {
    const share = { sink, index: indexOf(env.id), of: parallelism }
    effects.push(note({ _tag: "Restored", prepared: event.prepared, share }))
  }
  for (const command of commands) next = perform(env, next, command, effects)
  return { state: next, effects }
}

const perform = (
  env: Environment,
  state: SubtaskState,
  command: SubtaskCommand,
  effects: Array<Effect>
): SubtaskState => {
  const { isSource, outputs } = runOf(env, state.begun.run)
  switch (command._tag) {
    case "Block":
    case "Unblock":
      return state
    case "Capture":
      return { ...state, todo: [...state.todo, { _tag: "Capture", barrier: command.barrier }] }
    case "Forward": {
      const { barrier } = command
      const isStop = isTerminal(barrier.kind) && !endsData(barrier.kind)
      const isHalted = state.isHalted || (isStop && isSource)
      const forwards = outputs.map((channel): Todo => ({ _tag: "Forward", barrier, channel }))
      return { ...state, isHalted, todo: [...state.todo, ...forwards] }
    }
    case "EmitEndOfData":
      for (const channel of outputs) effects.push(send(channel, endOf(channel)))
      return state
    case "DrainSource":
      return state
    case "AbandonCapture":
      return withCapture(state, command.id, { isAbandoned: true })
    case "ReleaseState": {
      const { id, objects } = command
      return want(state, doing({ key: `release ${objects}`, activity: "release", checkpoint: id, objects }))
    }
    case "Commit": {
      const { transactions, upTo } = command
      const outcome: SubtaskEvent = { type: "transactions.committed", upTo }
      return want(state, doing({ key: `commit ${upTo}`, activity: "commit", checkpoint: upTo, transactions, outcome }))
    }
    case "TellCoordinator":
      effects.push(send(mailOf("coordinator"), command.event))
      return state
    case "TellJob":
      effects.push(send(mailOf("job"), command.event))
      return state
  }
}

const want = (state: SubtaskState, wanted: Doing<SubtaskEvent>): SubtaskState => ({
  ...state,
  doing: [...state.doing, wanted]
})

const endOf = (channel: ChannelId): TracedElement => ({ type: "element.end", channel })
