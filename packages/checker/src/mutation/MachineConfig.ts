/**
 * The definition of an XState machine in one uniform shape: every transition a record, every list a list.
 *
 * XState takes a transition as a text, a record or a list of either; what walks over definitions and changes them wants
 * one form. The uniform shape is a valid definition itself: {@link machineOf} makes a machine of it.
 */
import { type AnyStateMachine, and, createMachine, not } from "xstate"
import { trusted } from "../system/trusted.ts"

/** What guards, assignments and parameters are functions of. */
export interface Scope {
  readonly context: Readonly<Record<string, unknown>>
  readonly event: { readonly type: string }
}

type InlineFunction = (...given: ReadonlyArray<unknown>) => unknown

/** A named action or guard, perhaps with parameters. */
export interface Named {
  readonly type: string
  readonly params?: unknown
}

export type ActionConfig = InlineFunction | Named
export type GuardConfig = InlineFunction | Named

export interface TransitionConfig {
  readonly target?: string | ReadonlyArray<string>
  readonly guard?: GuardConfig
  readonly actions: ReadonlyArray<ActionConfig>
}

export interface StateConfig {
  readonly on: Readonly<Record<string, ReadonlyArray<TransitionConfig>>>
  readonly always: ReadonlyArray<TransitionConfig>
  readonly onDone: ReadonlyArray<TransitionConfig>
  readonly entry: ReadonlyArray<ActionConfig>
  readonly exit: ReadonlyArray<ActionConfig>
  readonly states: Readonly<Record<string, StateConfig>>
}

/** The definition of a machine; the machine is left as it is. */
export const configOf = (machine: AnyStateMachine): StateConfig => readState(machine.config)

/**
 * A machine with this definition and the implementations of another. A run of transitions without events that does not
 * end throws after a thousand: a changed guard may well cause one.
 */
export const machineOf = <M extends AnyStateMachine>(config: StateConfig, original: M): M =>
  trusted(
    createMachine(
      trusted({ ...withoutEmpty(config), options: { maxIterations: 1000 } }),
      trusted(original.implementations)
    )
  )

/** The implementation of a named action, or the action itself. */
export const implementationOf = (machine: AnyStateMachine, action: ActionConfig): unknown => {
  const actions: Readonly<Record<string, unknown>> = machine.implementations.actions ?? {}
  return typeof action === "function" ? action : actions[action.type]
}

/** A guard that holds where the given one does not. */
export const negated = (guard: GuardConfig): GuardConfig => trusted(not(trusted(guard)))

/** The guard, which tells when it is asked. */
export const toldGuard = (guard: GuardConfig, tell: () => void): GuardConfig =>
  trusted(
    and([
      () => {
        tell()
        return true
      },
      trusted(guard)
    ])
  )

/** What the parameters of an action or guard are in a scope. */
export const paramsIn = (scope: Scope, named: ActionConfig | GuardConfig): unknown => {
  if (typeof named === "function") return undefined
  return isFunction(named.params) ? named.params(scope) : named.params
}

export const isFunction = (value: unknown): value is InlineFunction => typeof value === "function"

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const listOf = (value: unknown): ReadonlyArray<unknown> =>
  value === undefined ? [] : Array.isArray(value) ? value : [value]

const recordOf = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : {})

const readNamed = (value: unknown): ActionConfig => {
  if (typeof value === "string") return { type: value }
  if (isFunction(value)) return value
  if (isRecord(value) && typeof value.type === "string") return { ...value, type: value.type }
  throw new Error(`A machine's definition holds ${JSON.stringify(value)} where an action or a guard belongs.`)
}

const readTransition = (value: unknown): TransitionConfig => {
  if (typeof value === "string") return { target: value, actions: [] }
  const { guard, ...rest } = recordOf(value)
  const actions = listOf(rest.actions).map(readNamed)
  return guard === undefined ? { ...rest, actions } : { ...rest, guard: readNamed(guard), actions }
}

const mapRecord = <A>(record: unknown, f: (value: unknown) => A): Readonly<Record<string, A>> =>
  Object.fromEntries(Object.entries(recordOf(record)).map(([key, value]) => [key, f(value)]))

const readState = (value: unknown): StateConfig => {
  const state = recordOf(value)
  return {
    ...state,
    on: mapRecord(state.on, (transitions) => listOf(transitions).map(readTransition)),
    always: listOf(state.always).map(readTransition),
    onDone: listOf(state.onDone).map(readTransition),
    entry: listOf(state.entry).map(readNamed),
    exit: listOf(state.exit).map(readNamed),
    states: mapRecord(state.states, readState)
  }
}

/** XState takes an empty list of transitions without events, or of states, for more than none. */
const withoutEmpty = (state: StateConfig): object => {
  const { always, onDone, states, ...rest } = state
  return {
    ...rest,
    ...(always.length === 0 ? {} : { always }),
    ...(onDone.length === 0 ? {} : { onDone }),
    ...(Object.keys(states).length === 0
      ? {}
      : { states: Object.fromEntries(Object.entries(states).map(([key, child]) => [key, withoutEmpty(child)])) })
  }
}
