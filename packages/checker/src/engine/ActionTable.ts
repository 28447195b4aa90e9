/**
 * Classes and codes of actions.
 *
 * A1 A code is a class and an argument, and names an action in whatever state it is enabled.
 */
import type { Action, ActionClass } from "../system/Action.ts"
import { PairTable } from "../values/PairTable.ts"
import type { Interners } from "./Programs.ts"

export class ActionTable {
  readonly #interners: Interners
  readonly #classes: Array<ActionClass> = []
  readonly #classIds = new Map<string, number>()
  readonly #codes = new PairTable()
  readonly #coded: Array<{ readonly kind: number; readonly argument: number }> = []

  constructor(interners: Interners) {
    this.#interners = interners
  }

  get classes(): ReadonlyArray<ActionClass> {
    return this.#classes
  }

  classId(kind: ActionClass): number {
    const key = JSON.stringify(kind)
    const known = this.#classIds.get(key)
    if (known !== undefined) return known
    const id = this.#classes.length
    this.#classes.push(kind)
    this.#classIds.set(key, id)
    return id
  }

  /** HOT */
  code(kind: number, argument: number): number {
    const known = this.#codes.get(kind, argument)
    if (known >= 0) return known
    const code = this.#coded.length
    this.#coded.push({ kind, argument })
    this.#codes.add(kind, argument, code)
    return code
  }

  describe(code: number): Action {
    const { kind, argument } = this.#coded[code] ?? { kind: -1, argument: 0 }
    const of = this.#classes[kind]
    if (of === undefined) throw new RangeError(`There is no action ${code}.`)
    switch (of._tag) {
      case "Deliver":
      case "Lose":
      case "Duplicate":
        return { ...of, message: this.#interners.messages.get(argument) }
      case "Internal":
        return { ...of, event: this.#interners.messages.get(argument) }
      case "Operation": {
        const { operation, from } = this.#interners.flights.get(argument)
        return { ...of, operation, from }
      }
      case "Timer":
      case "Stimulus":
      case "Crash":
      case "Recover":
        return of
    }
  }
}
