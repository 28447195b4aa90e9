/** Seeded random walks: for systems too large to explore, and for a first look. They prove nothing. */
import { compileSystem } from "../engine/compileSystem.ts"
import { isModelFailure } from "../engine/errors.ts"
import type { SystemEngine } from "../engine/SystemEngine.ts"
import { checkProperties, noStepThrows } from "../property/checkProperties.ts"
import type { Property } from "../property/Property.ts"
import type { System } from "../system/System.ts"
import type { Trace } from "../trace/Trace.ts"
import { CompactSet } from "../visited/CompactSet.ts"
import { type Finding, PropertyRun } from "./PropertyRun.ts"
import type { Violation } from "./Report.ts"
import { seededRandom } from "./seededRandom.ts"

export interface SimulateOptions {
  /** The same seed takes the same walks. */
  readonly seed: number
  /** Walks from the initial state; default 100. */
  readonly walks?: number
  /** Steps of a walk, unless it ends before; default 1,000. */
  readonly stepsMax?: number
}

export interface Simulation {
  readonly system: string
  readonly seed: number
  readonly walks: number
  readonly steps: number
  /** Distinct states seen; may be short of a few (64-bit hashes). */
  readonly states: number
  readonly seconds: number
  /** The first violation ends the simulation; its trace is a whole walk, seldom the shortest. */
  readonly violations: ReadonlyArray<Violation>
  /** Names of the `sometimes` that were seen. */
  readonly witnessed: ReadonlyArray<string>
  readonly unseen: ReadonlyArray<string>
}

/**
 * Walks at random. Every walk draws how likely each class of actions is in it: in one crashes are many and timers slow, in
 * another the other way round. `leadsTo` needs the whole graph and is not looked at.
 */
export const simulate = (system: System, properties: ReadonlyArray<Property>, options: SimulateOptions): Simulation => {
  const { seed, walks: walksMax = 100, stepsMax = 1_000 } = options
  const began = performance.now()
  checkProperties(properties)
  const engine = compileSystem(system)
  const run = new PropertyRun(engine, properties)
  const walk = new Walk(engine, run, seededRandom(seed))
  let walks = 0
  let found: Violation | null = null
  while (walks < walksMax && found === null) {
    walks++
    found = walk.from(stepsMax)
  }
  return {
    system: system.name,
    seed,
    walks,
    steps: walk.steps,
    states: walk.seen.count,
    seconds: (performance.now() - began) / 1000,
    violations: found === null ? [] : [found],
    witnessed: [...run.witnesses.keys()],
    unseen: run.unseen
  }
}

/** How likely a class of actions may be in a walk, in proportion to the others. */
const weights = [1, 8, 64]

class Walk {
  readonly seen = new CompactSet()
  steps = 0
  readonly #engine: SystemEngine
  readonly #run: PropertyRun
  readonly #random: (below: number) => number
  readonly #weights = new Map<number, number>()

  constructor(engine: SystemEngine, run: PropertyRun, random: (below: number) => number) {
    this.#engine = engine
    this.#run = run
    this.#random = random
  }

  /** One walk; answers what it ran into. */
  from(stepsMax: number): Violation | null {
    this.#weights.clear()
    const codes: Array<number> = []
    const state = Int32Array.from(this.#engine.initial)
    try {
      this.#see(state)
      while (codes.length < stepsMax && this.#run.violations.length === 0) {
        if (this.#engine.cutOffBy(state) !== null) break
        const chosen = this.#choose(state)
        if (chosen === null) {
          this.#run.onTerminal(state, codes.length)
          break
        }
        this.#run.onEdge(state, chosen.code, chosen.next, codes.length)
        codes.push(chosen.code)
        state.set(chosen.next)
        this.#see(state)
      }
    } catch (cause) {
      if (!isModelFailure(cause)) throw cause
      return this.#violation({ property: noStepThrows, detail: cause.message, state: 0, action: null }, codes)
    }
    const first = this.#run.violations[0]
    return first === undefined ? null : this.#violation(first, codes)
  }

  #see(state: Int32Array): void {
    this.steps++
    this.#run.onState(state, this.seen.add(state))
  }

  /** Null where nothing changes any more. */
  #choose(state: Int32Array): { readonly code: number; readonly next: Int32Array } | null {
    const byClass = new Map<number, Array<{ readonly code: number; readonly next: Int32Array }>>()
    this.#engine.successors(state, (code, kind, next) => {
      if (next.every((word, at) => word === state[at])) return
      const alike = byClass.get(kind) ?? []
      alike.push({ code, next: Int32Array.from(next) })
      byClass.set(kind, alike)
    })
    const lots = [...byClass].flatMap(([kind, alike]) => Array.from({ length: this.#weightOf(kind) }, () => alike))
    const alike = lots[this.#random(lots.length)] ?? []
    return alike[this.#random(alike.length)] ?? null
  }

  #weightOf(kind: number): number {
    const known = this.#weights.get(kind)
    if (known !== undefined) return known
    const weight = weights[this.#random(weights.length)] ?? 1
    this.#weights.set(kind, weight)
    return weight
  }

  #violation(finding: Finding, codes: ReadonlyArray<number>): Violation {
    const { tables, system } = this.#engine
    const trace: Trace = {
      system: system.name,
      steps: codes.map((code) => tables.actions.describe(code)),
      loopsTo: null
    }
    return { property: finding.property, detail: finding.detail, trace }
  }
}
