/** Where in a machine's definition something stands, and how to change what stands there. */
import type { ActionConfig, StateConfig, TransitionConfig } from "./MachineConfig.ts"

/** A transition, or the entry or exit of a state. */
export interface Place {
  /** Path of the state; empty for the whole machine. */
  readonly state: ReadonlyArray<string>
  readonly kind: "on" | "always" | "onDone" | "entry" | "exit"
  /** The event of an `on` transition, else empty. */
  readonly event: string
  /** The how-manieth of the alternatives. */
  readonly branch: number
}

/** Every place of a definition, in the order of writing. */
export const placesOf = (config: StateConfig, state: ReadonlyArray<string> = []): ReadonlyArray<Place> => {
  const branches = (kind: Place["kind"], event: string, transitions: ReadonlyArray<TransitionConfig>) =>
    transitions.map((_, branch): Place => ({ state, kind, event, branch }))
  const whole = (kind: "entry" | "exit"): ReadonlyArray<Place> =>
    config[kind].length === 0 ? [] : [{ state, kind, event: "", branch: 0 }]
  return [
    ...whole("entry"),
    ...whole("exit"),
    ...branches("always", "", config.always),
    ...branches("onDone", "", config.onDone),
    ...Object.entries(config.on).flatMap(([event, transitions]) => branches("on", event, transitions)),
    ...Object.entries(config.states).flatMap(([key, child]) => placesOf(child, [...state, key]))
  ]
}

/** A place in words: `pending.finalizing metadata.written #0`. */
export const placeName = ({ state, kind, event, branch }: Place): string =>
  `${state.join(".") || "(any state)"} ${kind === "entry" || kind === "exit" ? kind : `${event || kind} #${branch}`}`

const stateAt = (config: StateConfig, path: ReadonlyArray<string>): StateConfig => {
  const [key, ...rest] = path
  if (key === undefined) return config
  const child = config.states[key]
  if (child === undefined) throw new Error(`The definition has no state ${path.join(".")}.`)
  return stateAt(child, rest)
}

/** The transition at a place; undefined for an entry or exit. */
export const transitionAt = (config: StateConfig, place: Place): TransitionConfig | undefined => {
  const state = stateAt(config, place.state)
  if (place.kind === "entry" || place.kind === "exit") return undefined
  return (place.kind === "on" ? state.on[place.event] : state[place.kind])?.[place.branch]
}

export const actionsAt = (config: StateConfig, place: Place): ReadonlyArray<ActionConfig> => {
  if (place.kind === "entry" || place.kind === "exit") return stateAt(config, place.state)[place.kind]
  return transitionAt(config, place)?.actions ?? []
}

/** The definition with one state changed. */
const withState = (
  config: StateConfig,
  path: ReadonlyArray<string>,
  change: (state: StateConfig) => StateConfig
): StateConfig => {
  const [key, ...rest] = path
  if (key === undefined) return change(config)
  const child = stateAt(config, [key])
  return { ...config, states: { ...config.states, [key]: withState(child, rest, change) } }
}

/** The definition with one transition changed; null drops it. */
export const withTransition = (
  config: StateConfig,
  place: Place,
  change: (transition: TransitionConfig) => TransitionConfig | null
): StateConfig =>
  withState(config, place.state, (state) => {
    const { kind, event } = place
    if (kind === "entry" || kind === "exit") return state
    const all = (kind === "on" ? state.on[event] : state[kind]) ?? []
    const changed = all.flatMap((transition, index) => {
      const next = index === place.branch ? change(transition) : transition
      return next === null ? [] : [next]
    })
    return kind === "on" ? { ...state, on: withEvent(state.on, event, changed) } : { ...state, [kind]: changed }
  })

/** The definition with the actions of one place changed. */
export const withActions = (
  config: StateConfig,
  place: Place,
  change: (actions: ReadonlyArray<ActionConfig>) => ReadonlyArray<ActionConfig>
): StateConfig => {
  const { kind } = place
  return kind === "entry" || kind === "exit"
    ? withState(config, place.state, (state) => ({ ...state, [kind]: change(state[kind]) }))
    : withTransition(config, place, (transition) => ({ ...transition, actions: change(transition.actions) }))
}

/** No alternatives left: the event is unhandled here, and may be handled further up. */
const withEvent = (
  on: StateConfig["on"],
  event: string,
  transitions: ReadonlyArray<TransitionConfig>
): StateConfig["on"] => {
  const { [event]: _, ...others } = on
  return transitions.length === 0 ? others : { ...on, [event]: transitions }
}
