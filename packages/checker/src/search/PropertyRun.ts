/**
 * The properties of a search at work: evaluates them on states and edges, and keeps the first finding of each.
 *
 * P1 A predicate that throws is a violation of its property.
 */
import { MemoPredicate } from "../engine/MemoPredicate.ts"
import type { SystemEngine } from "../engine/SystemEngine.ts"
import type { Property, Verdict } from "../property/Property.ts"
import { problemOf, thrown } from "../property/problemOf.ts"
import type { View } from "../system/View.ts"

/** Where something was found: after the state, or after one more action from it. */
export interface Finding {
  readonly property: string
  readonly detail: string
  readonly state: number
  readonly action: number | null
}

interface Judge {
  readonly name: string
  /** Null: it holds. */
  readonly verdict: MemoPredicate<Answer>
  isOpen: boolean
}

/** What is wrong, or null. */
interface Answer {
  readonly problem: string | null
}

const fine: Answer = { problem: null }

const answerOf = (problem: string | null): Answer => (problem === null ? fine : { problem })

export class PropertyRun {
  readonly violations: Array<Finding> = []
  readonly witnesses = new Map<string, number>()
  readonly #always: ReadonlyArray<Judge>
  readonly #terminal: ReadonlyArray<Judge>
  readonly #steps: ReadonlyArray<Judge>
  #sometimes: ReadonlyArray<{ readonly name: string; readonly seen: MemoPredicate<Answer> }>

  constructor(engine: SystemEngine, properties: ReadonlyArray<Property>) {
    const { tables } = engine
    const judge = (name: string, compute: (before: View, after: View, action: number) => Verdict): Judge => ({
      name,
      isOpen: true,
      verdict: new MemoPredicate(tables, (before, after, action) =>
        answerOf(problemOf(name, () => compute(before, after, action)))
      )
    })
    this.#always = properties.flatMap((of) => (of._tag === "Always" ? [judge(of.name, (view) => of.holds(view))] : []))
    this.#terminal = properties.flatMap((of) =>
      of._tag === "Terminal" ? [judge(of.name, (view) => of.holds(view))] : []
    )
    this.#steps = properties.flatMap((of) =>
      of._tag === "Step"
        ? [judge(of.name, (before, after, action) => of.holds(before, tables.actions.describe(action), after))]
        : []
    )
    this.#sometimes = properties.flatMap((of) =>
      of._tag === "Sometimes" ? [{ name: of.name, seen: judge(of.name, (view) => !of.holds(view)).verdict }] : []
    )
  }

  /** HOT */
  onState(state: Int32Array, index: number): void {
    for (const judge of this.#always) this.#judge(judge, state, state, -1, index, null)
    if (this.#sometimes.length > 0) this.#witness(state, index)
  }

  /** HOT */
  onEdge(before: Int32Array, action: number, after: Int32Array, index: number): void {
    for (const judge of this.#steps) this.#judge(judge, before, after, action, index, action)
  }

  onTerminal(state: Int32Array, index: number): void {
    for (const judge of this.#terminal) this.#judge(judge, state, state, -1, index, null)
  }

  get unseen(): ReadonlyArray<string> {
    return this.#sometimes.map(({ name }) => name)
  }

  #judge(
    judge: Judge,
    before: Int32Array,
    after: Int32Array,
    action: number,
    index: number,
    last: number | null
  ): void {
    if (!judge.isOpen) return
    const { problem } = judge.verdict.ask(before, after, action)
    if (problem === null) return
    judge.isOpen = false
    this.violations.push({ property: judge.name, detail: problem, state: index, action: last })
  }

  #witness(state: Int32Array, index: number): void {
    for (const { name, seen } of this.#sometimes) {
      const { problem } = seen.ask(state, state, -1)
      if (problem === null) continue
      if (problem.startsWith(thrown))
        this.violations.push({ property: name, detail: problem, state: index, action: null })
      else this.witnesses.set(name, index)
      this.#sometimes = this.#sometimes.filter((other) => other.name !== name)
    }
  }
}
