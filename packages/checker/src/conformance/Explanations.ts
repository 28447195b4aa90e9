/** The depth-first search for a behaviour that explains a log: what it has seen, where it stands, how far it came. */
import type { Engine, StateVector } from "../engine/Engine.ts"
import { ModelError } from "../engine/errors.ts"
import type { Property } from "../property/Property.ts"
import type { Action } from "../system/Action.ts"
import { canonicalText } from "../values/canonical.ts"
import type { ConformsOptions, Observe, Unexplained } from "./Conformance.ts"

/** A state in which the system may be after `explained` observations, and how it came there. */
interface Place {
  readonly state: StateVector
  readonly explained: number
  /** Unobservable actions since the last observation. */
  readonly hidden: number
  readonly from: { readonly place: Place; readonly code: number } | null
}

type Failure<Observation> = Omit<Unexplained<Observation>, "conforms" | "at" | "observation">

/** Answers that are shown: a wrong log is understood from a few. */
const expectedMax = 20

export class Explanations<Observation> {
  readonly #engine: Engine
  readonly #log: ReadonlyArray<string>
  readonly #observe: Observe<Observation>
  readonly #properties: ReadonlyArray<Property>
  readonly #hiddenMax: number
  readonly #statesMax: number
  /** Keys of the states seen at each place of the log. */
  readonly #seen: Array<Set<string>> = []
  readonly #cutOff = new Set<"hiddenMax" | "statesMax">()
  #states = 0
  #furthest = 0
  #last: Place
  readonly #expected = new Map<string, Observation>()
  readonly #violated = new Map<string, string>()

  /** `log`: canonical texts of the observations. */
  constructor(
    engine: Engine,
    log: ReadonlyArray<string>,
    observe: Observe<Observation>,
    { properties = [], hiddenMax = 64, statesMax = 10_000 }: ConformsOptions
  ) {
    this.#engine = engine
    this.#log = log
    this.#observe = observe
    this.#properties = properties
    this.#hiddenMax = hiddenMax
    this.#statesMax = statesMax
    for (const { _tag, name } of properties) {
      if (_tag === "Always" || _tag === "Step") continue
      throw new ModelError(`Property "${name}" cannot be checked of one log: give "always" and "step" properties only.`)
    }
    this.#last = { state: engine.initial.slice(), explained: 0, hidden: 0, from: null }
  }

  get states(): number {
    return this.#states
  }

  /** Observations that were explained, at most. */
  get furthest(): number {
    return this.#furthest
  }

  /** The last place of an explanation of the whole log, or null. */
  run(): Place | null {
    const open: Array<Place> = [this.#last]
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      if (!this.#isNew(place) || this.#violates(place)) continue
      this.#reach(place)
      if (place.explained === this.#log.length) return place
      this.#expand(place, open)
    }
    return null
  }

  stepsTo(place: Place): ReadonlyArray<Action> {
    const steps: Array<Action> = []
    for (let at = place.from; at !== null; at = at.place.from)
      steps.push(this.#engine.describe(at.place.state, at.code))
    return steps.reverse()
  }

  failure(): Failure<Observation> {
    const engine = this.#engine
    return {
      expected: [...this.#expected.values()],
      violated: [...this.#violated].map(([property, detail]) => ({ property, detail })),
      state: engine.slots.map((slot, at) => ({ slot, value: engine.valueOf(at, this.#last.state[at] ?? 0) })),
      steps: this.stepsTo(this.#last),
      states: this.#states,
      cutOff: [...this.#cutOff]
    }
  }

  #isNew({ state, explained }: Place): boolean {
    let seen = this.#seen[explained]
    if (seen === undefined) {
      seen = new Set()
      this.#seen[explained] = seen
    }
    const key = Buffer.from(state.buffer, state.byteOffset, state.byteLength).toString("latin1")
    if (seen.has(key)) return false
    if (seen.size >= this.#statesMax) {
      this.#cutOff.add("statesMax")
      return false
    }
    seen.add(key)
    this.#states++
    return true
  }

  /** Notes how far the log is explained; what was found out at an earlier place is of no interest any more. */
  #reach(place: Place): void {
    if (place.explained > this.#furthest) {
      this.#furthest = place.explained
      this.#expected.clear()
      this.#violated.clear()
      this.#last = place
    }
  }

  /** Pushes the successors that explain the next observation on top of those that log nothing. */
  #expand(place: Place, open: Array<Place>): void {
    const engine = this.#engine
    const edges: Array<{ readonly code: number; readonly state: StateVector }> = []
    engine.successors(place.state, (code, _kind, next) => edges.push({ code, state: next.slice() }))
    const matches: Array<Place> = []
    const hidden: Array<Place> = []
    const before = engine.view(place.state)
    for (const { code, state } of edges) {
      const from = { place, code }
      const observed = this.#observe(before, engine.describe(place.state, code), engine.view(state))
      if (observed === null) {
        hidden.push({ state, explained: place.explained, hidden: place.hidden + 1, from })
        continue
      }
      const text = canonicalText(observed, "An observation")
      if (text === this.#log[place.explained]) {
        matches.push({ state, explained: place.explained + 1, hidden: 0, from })
      } else if (place.explained === this.#furthest && this.#expected.size < expectedMax) {
        this.#expected.set(text, observed)
      }
    }
    if (place.hidden < this.#hiddenMax) open.push(...hidden.reverse())
    else if (hidden.length > 0) this.#cutOff.add("hiddenMax")
    open.push(...matches.reverse())
  }

  #violates({ state, explained, hidden, from }: Place): boolean {
    const engine = this.#engine
    const wrong = this.#properties.flatMap((property) => {
      const after = engine.view(state)
      if (property._tag === "Always") return verdictOf(property.name, property.holds(after))
      if (property._tag !== "Step" || from === null) return []
      const action = engine.describe(from.place.state, from.code)
      return verdictOf(property.name, property.holds(engine.view(from.place.state), action, after))
    })
    const at = from !== null && hidden === 0 ? explained - 1 : explained
    if (at === this.#furthest) for (const [property, detail] of wrong) this.#violated.set(property, detail)
    return wrong.length > 0
  }
}

const verdictOf = (name: string, verdict: boolean | string): ReadonlyArray<readonly [string, string]> =>
  verdict === true ? [] : [[name, verdict === false ? "does not hold" : verdict]]
