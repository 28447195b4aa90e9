/**
 * A walk as a Mermaid sequence diagram: components and resources side by side, messages as arrows, faults, timers and
 * new states of machines as notes, a lasso as a loop box.
 */
import { compileSystem } from "../engine/compileSystem.ts"
import type { Action } from "../system/Action.ts"
import type { System } from "../system/System.ts"
import { describeAction, operationText } from "./describeAction.ts"
import { type Change, stepDiffs } from "./stepDiffs.ts"
import type { Trace } from "./Trace.ts"
import { messageText, valueText } from "./valueText.ts"
import { type Walk, walk } from "./walk.ts"

/** Fails: throws `TraceDiverged` for a step that cannot happen (any more). */
export const toMermaid = (system: System, trace: Trace): string => walkToMermaid(walk(compileSystem(system), trace))

export const walkToMermaid = (walk: Walk): string => {
  const { loopsTo, steps } = walk.trace
  const cast = castOf(walk.engine.system, steps)
  const drawn = stepDiffs(walk).map(({ action, changes }) => [
    ...linesOf(action, cast),
    ...changes.flatMap((change) => stateNote(change, cast))
  ])
  const loop = loopsTo === null ? [] : drawn.slice(loopsTo).flat()
  const stays = [noteOver(cast, cast.roles, "nothing happens any more")]
  const lines = [
    ...cast.roles.map((role, index) => `participant p${index} as ${escaped(role.name)}`),
    ...drawn.slice(0, loopsTo ?? steps.length).flat(),
    ...(loopsTo === null ? [] : ["loop for ever", ...indented(loop.length === 0 ? stays : loop), "end"])
  ]
  return ["sequenceDiagram", ...indented(lines)].join("\n")
}

/** Who has a line of life in the diagram. */
interface Role {
  readonly kind: "component" | "channel" | "resource" | "system"
  readonly name: string
}

interface Cast {
  readonly system: System
  /** Never empty. */
  readonly roles: ReadonlyArray<Role>
}

const castOf = (system: System, steps: ReadonlyArray<Action>): Cast => {
  const met = steps.flatMap((step) => rolesIn(step, system))
  const all: ReadonlyArray<Role> = [
    ...system.components.map(({ name }): Role => ({ kind: "component", name })),
    ...(system.channels ?? []).map(({ name }): Role => ({ kind: "channel", name })),
    ...(system.resources ?? []).map(({ name }): Role => ({ kind: "resource", name }))
  ]
  const roles = all.filter((role) => met.some((other) => isSame(role, other)))
  return { system, roles: roles.length === 0 ? [{ kind: "system", name: system.name }] : roles }
}

const isSame = (one: Role, other: Role): boolean => one.kind === other.kind && one.name === other.name

const component = (name: string): Role => ({ kind: "component", name })

/** Who sends: the channel itself where nobody is named. */
const senderOf = (system: System, channel: string): Role => {
  const from = system.channels?.find(({ name }) => name === channel)?.from
  return from === undefined ? { kind: "channel", name: channel } : component(from)
}

const receiversOf = (system: System, channel: string): ReadonlyArray<Role> => {
  const to = system.channels?.find(({ name }) => name === channel)?.to ?? []
  return (typeof to === "string" ? [to] : to).map(component)
}

const rolesIn = (action: Action, system: System): ReadonlyArray<Role> => {
  switch (action._tag) {
    case "Deliver":
    case "Duplicate":
      return [senderOf(system, action.channel), component(action.to)]
    case "Lose":
      return [senderOf(system, action.channel), ...receiversOf(system, action.channel)]
    case "Timer":
    case "Internal":
      return [component(action.component)]
    case "Operation":
      return [{ kind: "resource", name: action.resource }, ...(action.from === null ? [] : [component(action.from)])]
    case "Crash":
    case "Recover":
      return (system.crashes?.find(({ name }) => name === action.unit)?.components ?? []).map(component)
    case "Stimulus":
      return []
  }
}

const linesOf = (action: Action, cast: Cast): ReadonlyArray<string> => {
  const roles = rolesIn(action, cast.system)
  const [first, second] = roles.map((role) => idOf(cast, role))
  switch (action._tag) {
    case "Deliver":
      return [`${first}->>${second}: ${escaped(messageText(action.message))}`]
    case "Duplicate":
      return [`${first}->>${second}: ${escaped(`${messageText(action.message)} (and once more later)`)}`]
    case "Lose":
      return [`${first}-x${second}: ${escaped(`${messageText(action.message)} is lost`)}`]
    case "Internal":
      return [`${first}->>${first}: ${escaped(messageText(action.event))}`]
    case "Operation": {
      if (second === undefined) return [noteOver(cast, roles, operationText(action))]
      return [`${first}-->>${second}: ${escaped(operationText(action))}`]
    }
    case "Timer":
    case "Crash":
    case "Recover":
    case "Stimulus":
      return [noteOver(cast, roles, describeAction(action))]
  }
}

/** The new state of a machine; what else has changed is in the text of the trace. */
const stateNote = ({ slot, path, after }: Change, cast: Cast): ReadonlyArray<string> => {
  const role = component(slot.name)
  const isDrawn = slot.kind === "component" && path === "state" && cast.roles.some((other) => isSame(role, other))
  return isDrawn ? [noteOver(cast, [role], typeof after === "string" ? after : valueText(after))] : []
}

const idOf = (cast: Cast, role: Role): string => `p${cast.roles.findIndex((other) => isSame(role, other))}`

/** Over all that take part if nobody is named. */
const noteOver = (cast: Cast, roles: ReadonlyArray<Role>, text: string): string => {
  const drawn = roles.filter((role) => cast.roles.some((other) => isSame(role, other)))
  const over = cast.roles.filter((role) => drawn.length === 0 || drawn.some((other) => isSame(role, other)))
  const ends = [...new Set([over[0], over.at(-1)].flatMap((role) => (role === undefined ? [] : [idOf(cast, role)])))]
  return `Note over ${ends.join(",")}: ${escaped(text)}`
}

const entities: Readonly<Record<string, string>> = { "#": "#35;", ";": "#59;", "<": "#lt;", ">": "#gt;", "\n": " " }

/** Text that Mermaid shows as it is. */
const escaped = (text: string): string => text.replace(/[#;<>\n]/g, (character) => entities[character] ?? character)

const indented = (lines: ReadonlyArray<string>): ReadonlyArray<string> => lines.map((line) => `  ${line}`)
