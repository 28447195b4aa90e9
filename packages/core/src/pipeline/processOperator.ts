/** What the compiler makes of a `process`: the logical operator, and what is wrong with it. */
import type { Duration } from "effect"
import { eraseListProcess, eraseProcess } from "../operator/erase.ts"
import type { ListProcessDefinition, Lists } from "../operator/process/ListProcess.ts"
import type { ProcessDefinition, States } from "../operator/process/ProcessContext.ts"
import { expiryState, ownStates } from "../operator/process/processStep.ts"
import { durationInputText, wholeMillis } from "./durations.ts"
import type { LogicalOperator } from "./Graph.ts"

type ProcessOperator = Extract<LogicalOperator, { readonly _tag: "Process" }>

export const processOperator = <A, K, S extends States, B>(
  uid: string,
  definition: ProcessDefinition<A, K, S, B>
): ProcessOperator => ({
  _tag: "Process",
  uid,
  functions: eraseProcess(definition),
  states: definition.states ?? {},
  sides: definition.sides ?? [],
  schema: definition.schema ?? null
})

type ListProcessOperator = Extract<LogicalOperator, { readonly _tag: "ListProcess" }>

export const listProcessOperator = <A, L extends Lists, B>(
  uid: string,
  definition: ListProcessDefinition<A, L, B>
): ListProcessOperator => ({
  _tag: "ListProcess",
  uid,
  functions: eraseListProcess(definition),
  lists: definition.lists ?? {},
  sides: definition.sides ?? [],
  schema: definition.schema ?? null
})

/** As complete sentences, for users of plain JavaScript above all. */
export const listProcessProblems = ({ functions, lists, schema, uid }: ListProcessOperator): ReadonlyArray<string> => [
  ...formProblems({ uid, schema, onElement: functions.onElement, fields: Object.keys(lists) }),
  ...statesProblems(
    uid,
    Object.values(lists).map(({ name }) => name)
  )
]

/** As complete sentences. What the types demand as well speaks to users of plain JavaScript. */
export const processProblems = ({ functions, schema, states, uid }: ProcessOperator): ReadonlyArray<string> => {
  const declared = Object.values(states)
  const names = declared.flatMap(({ name, timeToLive }) =>
    timeToLive === undefined ? [name] : [name, expiryState(name)]
  )
  return [
    ...formProblems({ uid, schema, onElement: functions.onElement, fields: Object.keys(states) }),
    ...declared.flatMap(({ name, timeToLive }) =>
      timeToLive === undefined || livesFor(timeToLive) !== null
        ? []
        : [
            `Process "${uid}" has a state "${name}" with timeToLive ${durationInputText(timeToLive)}; ` +
              "it must be a positive, whole number of milliseconds."
          ]
    ),
    ...statesProblems(uid, names)
  ]
}

const formProblems = (of: {
  readonly uid: string
  readonly schema: unknown
  readonly onElement: unknown
  readonly fields: ReadonlyArray<string>
}): ReadonlyArray<string> => [
  ...(of.schema === null ? [`Process "${of.uid}" needs the schema of what it emits; pass it { schema }.`] : []),
  ...(typeof of.onElement === "function" ? [] : [`Process "${of.uid}" needs a function onElement.`]),
  ...(of.fields.includes("__proto__") ? [`Process "${of.uid}" has a state "__proto__"; use another name.`] : [])
]

const statesProblems = (uid: string, names: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...new Set(names)].flatMap((name) => nameProblems(uid, name, names.filter((other) => other === name).length))

const livesFor = (timeToLive: Duration.Input): number | null => {
  const millis = wholeMillis(timeToLive)
  return millis === null || millis <= 0 ? null : millis
}

/** How long states live, in milliseconds, by name; those that live for ever are left out. */
export const livesOf = (states: States): ReadonlyMap<string, number> =>
  new Map(
    Object.values(states).flatMap(({ name, timeToLive }) => {
      const millis = timeToLive === undefined ? null : livesFor(timeToLive)
      return millis === null ? [] : [[name, millis]]
    })
  )

const nameProblems = (uid: string, name: string, uses: number): ReadonlyArray<string> => {
  if (name.trim() === "") return [`Process "${uid}" has a state with an empty name; give it one.`]
  if (ownStates.includes(name))
    return [`Process "${uid}" has a state "${name}", which is the name of its own timers; use another.`]
  return uses > 1 ? [`Process "${uid}" has ${uses} states of the name "${name}"; every state needs its own.`] : []
}
