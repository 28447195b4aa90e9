/**
 * The system that a trace is a behaviour of: the real machines of job, coordinator and subtasks, their mailboxes, channels
 * and timers, the log, and processes that end or are killed and are followed by others.
 *
 * What storage and targets hold besides is a fold over facts, which the properties of the protocol read.
 */

import { always, type Property } from "../../../packages/checker/src/property/Property.ts"
import { type Component, component } from "../../../packages/checker/src/system/Component.ts"
import { type System, system } from "../../../packages/checker/src/system/System.ts"
import type { Found, TraceLine } from "../TraceLine.ts"
import { answersOf, mailOf, note, send, triggersOf } from "./actor.ts"
import { type CoordinatorPart, makeCoordinatorPart } from "./CoordinatorPart.ts"
import { facts, type Rule } from "./facts.ts"
import { type JobPart, makeJobPart } from "./JobPart.ts"
import { edgesOf, type RunOptions, shapeOf } from "./RunShape.ts"
import { runLog } from "./runLog.ts"
import { makeSubtaskPart, type SubtaskPart } from "./SubtaskPart.ts"
import { scriptOf } from "./script.ts"

export interface TracedSystem {
  readonly system: System
  readonly job: JobPart
  readonly coordinator: CoordinatorPart
  readonly subtasks: ReadonlyArray<SubtaskPart>
  readonly visitor: Visitor
}

/** Somebody who looks into the storage from outside when a process is gone, and then lets the next one begin. */
const makeVisitor = (found: ReadonlyArray<Found>): Visitor =>
  component<VisitorState, Visit, null>({
    name: "visitor",
    start: () => ({ state: { visits: 0, isCalled: false, objects: [] }, effects: [] }),
    step: (state, mail) =>
      mail.type === "process.gone"
        ? { state: { ...state, isCalled: true }, effects: [] }
        : {
            state: { visits: state.visits + 1, isCalled: false, objects: mail.found.objects },
            effects: [note(mail.found), ...begin]
          },
    internal: ({ isCalled, visits }) => {
      const seen = found[visits]
      return isCalled && seen !== undefined ? [{ type: "visit", found: seen }] : []
    }
  })

interface VisitorState {
  readonly visits: number
  readonly isCalled: boolean
  readonly objects: ReadonlyArray<string>
}

type Visit = { readonly type: "visit"; readonly found: Found } | { readonly type: "process.gone" }

type Visitor = Component<VisitorState, Visit, null>

export const tracedSystem = (options: RunOptions, trace: ReadonlyArray<TraceLine>): TracedSystem => {
  const { plan } = options
  const script = scriptOf(plan, trace)
  const shapes = script.runs.map((run) => shapeOf(plan, run))
  const ids = [...new Set(script.runs.flatMap((run) => run.subtasks))]
  const edges = new Map(
    shapes.flatMap((shape) => edgesOf(shape.plan, shape.parallelism).map((edge) => [edge.id, edge]))
  )
  const job = makeJobPart(options, script)
  const coordinator = makeCoordinatorPart(options, script)
  const subtasks = ids.map((id) => makeSubtaskPart(options, script, id))
  const visitor = makeVisitor(script.found)
  const actors = ["job", "coordinator", ...subtasks.map(({ name }) => name)]
  return {
    ...{ job, coordinator, subtasks, visitor },
    system: system({
      name: `trace of ${plan.pipeline}`,
      components: [job, coordinator, ...subtasks, visitor],
      channels: [
        { name: "calls", kind: "fifo", to: visitor.name },
        ...actors.map((actor) => ({ name: mailOf(actor), kind: "fifo" as const, to: actor })),
        // Triggers wait until views are encoded, in their order; the other mail passes them.
        ...subtasks.map(({ name }) => ({ name: triggersOf(name), kind: "fifo" as const, to: name })),
        ...["job", "coordinator"].map((actor) => ({ name: answersOf(actor), kind: "bag" as const, to: actor })),
        ...[...edges.values()].map(({ from, id, to }) => ({ name: id, kind: "fifo" as const, from, to }))
      ],
      resources: [runLog],
      history: facts,
      initially: [...begin, { _tag: "Start", component: "visitor", input: null }],
      crashes: [{ name: "process", components: actors, recover: [call] }],
      faults: { crash: script.found.length, fails: options.refusedAppends }
    })
  }
}

const call = send("calls", { type: "process.gone" })

const begin = ["job", "coordinator"].map((component) => ({ _tag: "Start" as const, component, input: null }))

const rules: Readonly<Record<Rule, string>> = {
  S4: "a checkpoint holds of every channel exactly what was emitted into it",
  S5: "what is committed is covered by a checkpoint that stands",
  S7: "what is notified stands in the log",
  S8: "what a checkpoint needs is there, and the newest one is restored",
  S13: "nothing is removed that a restore needs, and what is removed is gone",
  S15: "barriers of a channel come in increasing order, each once",
  S16: "no record behind a barrier is taken before the capture",
  S17: "a barrier follows its capture, and lies behind exactly what was emitted before",
  S18: "no transaction and no object has the name of another",
  S20: "a restore commits exactly what the checkpoint holds",
  S26: "a snapshot has a base that stands, and what it refers to is there",
  S27: "a snapshot refers only to what its base consists of"
}

export const traceProperties: ReadonlyArray<Property> = Object.entries(rules).map(([rule, text]) =>
  always(
    `${rule} ${text}`,
    (view) => Object.entries(view.history(facts).broken).find(([name]) => name === rule)?.[1] ?? true
  )
)
