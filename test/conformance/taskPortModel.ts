/** A task over the abstract data plane of the model, stepped as the checker steps it. */
import type { Effect } from "../../packages/checker/src/system/Effect.ts"
import { machines } from "../../packages/core/src/protocol/machines.ts"
import { settingsOf } from "../model/system/Config.ts"
import type { Element, SubtaskMail } from "../model/system/messages.ts"
import { edgeOf } from "../model/system/names.ts"
import { startPosition } from "../model/system/snapshots.ts"
import { makeTask, subtaskStepper } from "../model/system/Task.ts"
import { barrierOf, channelsOf, type Flow, flowOf, planOf, type Role, type TaskSubject } from "./taskPortSubject.ts"

const process = "a"

export const makeModelTask = (role: Role): TaskSubject => {
  const { inputs, outputs } = channelsOf(role)
  const task = makeTask(settingsOf({ name: "task", plan: planOf(role) }), machines, {
    ...{ process, task: role, stepper: subtaskStepper(machines) }
  })
  const begun = task.start(
    { attempt: 1, term: 1, restored: 0, isDrained: false, position: startPosition, prepared: [] },
    undefined
  )
  let { state } = begun
  const waiting = new Map(inputs.map((id): [string, Array<Element>] => [id, []]))
  const sent = new Map(outputs.map((id): [string, Array<Flow>] => [id, []]))
  const mails: Array<SubtaskMail> = []
  let isFound = 0
  let isOver = false

  const hear = (effects: ReadonlyArray<Effect>): void => {
    for (const effect of effects) {
      if (effect._tag !== "Send") continue
      const id = outputs.find((output) => edgeOf(process, output) === effect.channel)
      if (id !== undefined && isElement(effect.message)) sent.get(id)?.push(flowIn(effect.message))
    }
  }
  const step = (mail: SubtaskMail): void => {
    const next = task.step(state, mail)
    state = next.state
    hear(next.effects)
  }
  /** One thing that it may do; false if there is none. */
  const doNext = (): boolean => {
    const mail = mails.shift()
    if (mail !== undefined) {
      step(mail)
      return true
    }
    for (const [id, elements] of waiting) {
      if (elements.length === 0 || task.mayReceive?.(state, edgeOf(process, id)) !== true) continue
      const element = elements.shift()
      if (element !== undefined) step(element)
      return true
    }
    // The model's source has more records than any scenario: what is found of them decides when it emits and ends.
    const own = task.internal?.(state) ?? []
    const emits = own.some(({ type }) => type === "plane.emit")
    if (emits && isFound > 0) {
      isFound--
      step({ type: "plane.emit" })
      return true
    }
    if (!emits || !isOver || state.plane.isExhausted) return false
    step({ type: "plane.exhaust" })
    return true
  }
  hear(begun.effects)
  return {
    put: (id, flow) => waiting.get(id)?.push(elementOf(id, flow)),
    tell: (event) => mails.push(event),
    find: (records) => {
      if (records === "none") isOver = true
      else isFound += records
    },
    settle: async () => {
      while (doNext());
    },
    sent: (id) => sent.get(id) ?? [],
    waiting: (id) => waiting.get(id)?.length ?? 0,
    captures: () =>
      state.plane.captures.map(({ id, position }) => ({
        id,
        taken: countsOf(inputs, position.taken),
        emitted: countsOf(outputs, position.sent)
      })),
    close: async () => {}
  }
}

const countsOf = (channels: ReadonlyArray<string>, counts: Readonly<Record<string, number>>) =>
  Object.fromEntries(channels.map((channel) => [channel, counts[channel] ?? 0]))

const elementOf = (channel: string, flow: Flow): Element => {
  if (flow === "record") return { type: "record", channel, record: { key: channel, number: 1 } }
  return flow === "end" ? { type: "end", channel } : { type: "barrier", channel, barrier: barrierOf(flow) }
}

const isElement = (message: { readonly type: string }): message is Element =>
  message.type === "record" || message.type === "barrier" || message.type === "end"

const flowIn = (element: Element): Flow => (element.type === "barrier" ? flowOf(element.barrier) : element.type)
