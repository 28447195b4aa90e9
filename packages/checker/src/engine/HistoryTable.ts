/** The values that the history has had. */
import type { AnyHistory } from "../system/System.ts"
import { Interner } from "../values/Interner.ts"
import { PairTable } from "../values/PairTable.ts"
import { guarded } from "./errors.ts"
import type { Interners } from "./Programs.ts"

export class HistoryTable {
  readonly states = new Interner<unknown>("the history")
  readonly #history: AnyHistory | undefined
  readonly #facts: Interners["facts"]
  readonly #next = new PairTable()

  constructor(history: AnyHistory | undefined, interners: Interners) {
    this.#history = history
    this.#facts = interners.facts
    this.states.id(history?.initial ?? null)
  }

  /** HOT */
  next(state: number, fact: number): number {
    const known = this.#next.get(state, fact)
    if (known >= 0) return known
    const history = this.#history
    const value = this.#facts.get(fact)
    const held = this.states.get(state)
    const next = history === undefined ? held : guarded("the history", value, () => history.next(held, value))
    const id = this.states.id(next)
    this.#next.add(state, fact, id)
    return id
  }
}
