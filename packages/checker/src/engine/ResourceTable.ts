/**
 * The states that one resource has had, the operations that were in flight, and their outcomes, each computed once.
 *
 * R1 Bag 0 is empty. Equal bags are one; operations come in a fixed order.
 * R2 Nobody hears of an operation whose component is gone: of its effects only the notes are left.
 */
import type { Effect } from "../system/Effect.ts"
import type { AnyResource, OperationOutcome, Outcome } from "../system/Resource.ts"
import { Interner } from "../values/Interner.ts"
import { ListInterner } from "../values/ListInterner.ts"
import { PairTable } from "../values/PairTable.ts"
import { guarded } from "./errors.ts"
import type { Flight, Interners, Programs } from "./Programs.ts"
import { checkedResult } from "./wellFormed.ts"

export const outcomes: ReadonlyArray<OperationOutcome> = [
  "ok",
  "fails",
  "ambiguous",
  "late",
  "torn",
  "lands",
  "vanishes"
]

/** An operation that may be next. */
export interface FlightChoice {
  readonly flight: number
  readonly isAwaited: boolean
  readonly rest: number
  /** The bag in which it stays, and nobody waits for it any more. */
  readonly unawaited: number
}

export interface OutcomeRef {
  readonly state: number
  readonly program: number
}

export class ResourceTable {
  readonly resource: AnyResource
  readonly states: Interner<unknown>
  readonly #interners: Interners
  readonly #programs: Programs
  readonly #bags: ListInterner
  readonly #orphaned = new PairTable()
  readonly #choices: Array<ReadonlyArray<FlightChoice> | undefined> = []
  readonly #outcomeIds = new PairTable()
  readonly #outcomes: Array<OutcomeRef> = []

  constructor(resource: AnyResource, interners: Interners, programs: Programs) {
    this.resource = resource
    this.#interners = interners
    this.#programs = programs
    this.#bags = new ListInterner((bag) => this.#normal(bag))
    this.states = new Interner<unknown>(`the state of resource ${resource.name}`)
    this.states.id(resource.initial)
  }

  flightsOf(bag: number): ReadonlyArray<Flight> {
    return this.bagOf(bag).map((flight) => this.#interners.flights.get(flight))
  }

  bagOf(bag: number): ReadonlyArray<number> {
    return this.#bags.get(bag)
  }

  intern(flights: ReadonlyArray<number>): number {
    return this.#bags.id(flights)
  }

  /** R1: where requests are ordered, those of one component keep their order, and nothing else tells bags apart. */
  #normal(flights: ReadonlyArray<number>): ReadonlyArray<number> {
    const { flights: known } = this.#interners
    const byText = (a: number, b: number): number => (known.text(a) < known.text(b) ? -1 : 1)
    if (this.resource.isOrdered !== true) return [...flights].sort(byText)
    const waiterOf = (flight: number): string => known.get(flight).from ?? ""
    const awaited = flights.filter((flight) => waiterOf(flight) !== "")
    const unawaited = flights.filter((flight) => waiterOf(flight) === "")
    const waiters = [...new Set(awaited.map(waiterOf))].sort()
    return [
      ...waiters.flatMap((waiter) => awaited.filter((flight) => waiterOf(flight) === waiter)),
      ...unawaited.sort(byText)
    ]
  }

  /** HOT */
  add(bag: number, flight: number): number {
    return this.#bags.push(bag, flight)
  }

  /** The bag when a component is gone. */
  orphan(bag: number, component: number, name: string): number {
    if (bag === 0) return 0
    const known = this.#orphaned.get(bag, component)
    if (known >= 0) return known
    const next = this.intern(
      this.bagOf(bag).map((flight) =>
        this.#interners.flights.get(flight).from === name ? this.#unawaited(flight) : flight
      )
    )
    this.#orphaned.add(bag, component, next)
    return next
  }

  /** HOT */
  choices(bag: number): ReadonlyArray<FlightChoice> {
    const known = this.#choices[bag]
    if (known !== undefined) return known
    const choices = this.#findChoices(this.bagOf(bag))
    this.#choices[bag] = choices
    return choices
  }

  /** Whether this outcome exists for operations of this resource at all. */
  hasOutcome(outcome: OperationOutcome): boolean {
    switch (outcome) {
      case "fails":
        return this.resource.failure !== undefined
      case "ambiguous":
      case "late":
        return this.resource.unknown !== undefined
      case "torn":
        return this.resource.torn !== undefined
      default:
        return true
    }
  }

  /** HOT */
  outcome(kind: number, state: number, flight: number): OutcomeRef {
    const key = state * outcomes.length + kind
    const known = this.#outcomeIds.get(key, flight)
    const found = this.#outcomes[known]
    if (found !== undefined) return found
    const outcome = outcomes[kind] ?? "ok"
    const { operation, from } = this.#interners.flights.get(flight)
    const where = `resource ${this.resource.name}, ${outcome},`
    const held = this.states.get(state)
    const answer = guarded(where, operation, () => this.#apply(outcome, held, operation))
    const result = checkedResult(answer, where)
    const effects = from === null ? result.effects.filter(({ _tag }) => _tag === "Note") : result.effects
    const computed = { state: this.states.id(result.state), program: this.#programs.compile(effects, null, where) }
    this.#outcomeIds.add(key, flight, this.#outcomes.length)
    this.#outcomes.push(computed)
    return computed
  }

  #apply(outcome: OperationOutcome, state: unknown, operation: unknown): Outcome<unknown> {
    const { apply, failure, unknown, torn } = this.resource
    switch (outcome) {
      case "ok":
      case "lands":
        return apply(state, operation)
      case "fails":
        return { state, effects: failure?.(operation, state) ?? [] }
      case "ambiguous": {
        const applied = apply(state, operation)
        return { state: applied.state, effects: [...notesOf(applied.effects), ...(unknown?.(operation, state) ?? [])] }
      }
      case "late":
        return { state, effects: unknown?.(operation, state) ?? [] }
      case "torn":
        return torn?.(state, operation) ?? { state, effects: [] }
      case "vanishes":
        return { state, effects: [] }
    }
  }

  #findChoices(bag: ReadonlyArray<number>): ReadonlyArray<FlightChoice> {
    const seen = new Set<string>()
    return bag.flatMap((flight, index) => {
      const { from } = this.#interners.flights.get(flight)
      const key = this.resource.isOrdered && from !== null ? from : `#${flight}`
      if (seen.has(key)) return []
      seen.add(key)
      const rest = bag.filter((_, other) => other !== index)
      return [
        {
          flight,
          isAwaited: from !== null,
          rest: this.intern(rest),
          unawaited: this.intern([...rest, this.#unawaited(flight)])
        }
      ]
    })
  }

  #unawaited(flight: number): number {
    return this.#interners.flights.id({ ...this.#interners.flights.get(flight), from: null })
  }
}

const notesOf = (effects: ReadonlyArray<Effect>): ReadonlyArray<Effect> => effects.filter(({ _tag }) => _tag === "Note")
