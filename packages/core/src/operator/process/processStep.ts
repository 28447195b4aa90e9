/**
 * The operator of a user's own: state and timers by key, any number of results for an element.
 *
 * The user's functions are called from emitted code, each where only they are called, so that V8 may inline them; state
 * and timers are handles over the tables of the task, whatever their layout.
 */
import type { Schema } from "effect"
import { invariant } from "../../model/invariant.ts"
import type { KeyValue } from "../../model/keyGroups.ts"
import { agedState, ExpiringTable } from "../../state/ExpiringTable.ts"
import type { KeyedStateDescriptor } from "../../state/KeyedStateDescriptor.ts"
import type { KeyedTable } from "../../state/KeyedTable.ts"
import { TimerTable, timersState } from "../../state/TimerTable.ts"
import { agedIn, timersIn } from "../erase.ts"
import type { ChainCode, Collector, OperatorStep, SideCollector } from "../OperatorStep.ts"
import { refusePromise } from "./Emitter.ts"
import type { ProcessFunctions, States } from "./ProcessContext.ts"
import { ProcessInstance } from "./ProcessInstance.ts"

export interface ProcessOptions {
  readonly uid: string
  readonly functions: ProcessFunctions
  readonly states: States
  /** How long states live after they were last written, in milliseconds; those that live for ever are left out. */
  readonly lives: ReadonlyMap<string, number>
  readonly sides: ReadonlyArray<string>
  readonly key: Schema.Codec<unknown, unknown>
  readonly restoreKey: ((key: KeyValue) => unknown) | null
}

/** States of the operator's own, which no state of the user's may be named after. */
const eventTimersState = "event-time timers"
const processingTimersState = "processing-time timers"
export const expiryState = (state: string): string => `${state}: ends of life`
export const ownStates: ReadonlyArray<string> = [eventTimersState, processingTimersState]

interface Opening {
  readonly table: (state: string) => KeyedTable<unknown>
  readonly sides: ReadonlyMap<string, SideCollector>
  readonly emit: Collector
}

export const processStep = (options: ProcessOptions): OperatorStep => {
  const { functions, sides, uid } = options
  const open = (opening: Opening): ProcessInstance => openProcess(options, opening)
  const states = statesOf(options)
  const instanceIn = (code: ChainCode): string =>
    code.declare("process", () => {
      const tables = states.map(({ name }) => `[${JSON.stringify(name)}, ${code.table(name)}]`)
      const outputs = sides.map((tag) => `[${JSON.stringify(tag)}, ${code.side(tag)}]`)
      return `${code.bind("openProcess", openNamed(open))}([${tables.join(", ")}], [${outputs.join(", ")}], ${code.emitRest})`
    })
  return {
    ...{ uid, kind: "process", description: "process function", states, sides },
    emitsWithin: true,
    emit: (code, { group, key, timestamp, value }) => {
      const instance = instanceIn(code)
      const element = `${code.bind("onElement", functions.onElement)}(${value}, ${instance}.context)`
      return `${instance}.enter(${timestamp}, ${key}, ${group}, ${code.currentWatermark})
try {
${code.bind("refusePromise", refusePromise)}(${element})
} catch (error) {
throw ${instance}.failed(error, ${value})
}
${instance}.leave()`
    },
    emitWatermark: (code, { current }) => `${instanceIn(code)}.advance(${current})`,
    clock: {
      emitAdvance: (code, { now, watermark }) => `${instanceIn(code)}.advanceClock(${now}, ${watermark})`,
      emitNext: (code) => `${instanceIn(code)}.nextTimer()`
    },
    interpret: (context, emit) => {
      const instance = open({
        table: context.table,
        sides: new Map(sides.map((tag) => [tag, context.side(tag)])),
        emit
      })
      return {
        record: (value, timestamp, key, group) => {
          instance.enter(timestamp, key, group, context.currentWatermark())
          try {
            refusePromise(functions.onElement(value, instance.context))
          } catch (error) {
            throw instance.failed(error, value)
          }
          instance.leave()
        },
        watermark: (watermark) => instance.advance(watermark),
        clock: {
          advance: (now) => instance.advanceClock(now, context.currentWatermark()),
          next: () => instance.nextTimer()
        }
      }
    }
  }
}

/** The tables and side outputs of emitted code, which come as entries: names are the user's. */
const openNamed =
  (open: (opening: Opening) => ProcessInstance) =>
  (
    tables: ReadonlyArray<readonly [string, KeyedTable<unknown>]>,
    sides: ReadonlyArray<readonly [string, SideCollector]>,
    emit: Collector
  ): ProcessInstance => {
    const byName = new Map(tables)
    return open({ table: (state) => tableIn(byName, state), sides: new Map(sides), emit })
  }

const tableIn = (tables: ReadonlyMap<string, KeyedTable<unknown>>, state: string): KeyedTable<unknown> => {
  const table = tables.get(state)
  invariant(table !== undefined, "a step uses only the states that it declares", state)
  return table
}

const openProcess = ({ functions, lives, restoreKey, states, uid }: ProcessOptions, opening: Opening) => {
  const { emit, sides, table } = opening
  const expiring = new Map(
    [...lives].map(([state, timeToLiveMs]) => {
      const timers = new TimerTable(timersIn(table(expiryState(state))))
      return [state, new ExpiringTable({ table: agedIn(table(state)), timers, timeToLiveMs })]
    })
  )
  return new ProcessInstance({
    ...{ uid, functions, restoreKey, sides, emit },
    expiring: [...expiring.values()],
    openStates: (at) =>
      Object.fromEntries(
        Object.entries(states).map(
          ([field, state]) => [field, state.open(expiring.get(state.name) ?? table(state.name), at)] as const
        )
      ),
    eventTimers: functions.onTimer === null ? null : new TimerTable(timersIn(table(eventTimersState))),
    processingTimers:
      functions.onProcessingTimer === null ? null : new TimerTable(timersIn(table(processingTimersState)))
  })
}

const statesOf = (options: ProcessOptions): ReadonlyArray<KeyedStateDescriptor<unknown>> => {
  const { functions, key, lives, states, uid } = options
  const owner = { operator: uid, key }
  return [
    ...Object.values(states).flatMap((state) => {
      const described = state.describe(owner)
      return lives.has(state.name) ? [agedState(described), timersState(expiryState(state.name), owner)] : [described]
    }),
    ...(functions.onTimer === null ? [] : [timersState(eventTimersState, owner)]),
    ...(functions.onProcessingTimer === null ? [] : [timersState(processingTimersState, owner)])
  ]
}
