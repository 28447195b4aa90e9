/**
 * Trace validation: is a log that was recorded elsewhere the log of a behaviour of the system?
 *
 * C1 A log conforms if some behaviour, from the initial state on, logs exactly it; actions that log nothing may lie
 *    anywhere between the others, and behind the last observation none is needed.
 * C2 The search is depth-first over pairs of a state and a place in the log, towards a match first; no pair is expanded
 *    twice, so that a log which says enough costs one state per step, and one that does not ends all the same.
 */
import { compileSystem } from "../engine/compileSystem.ts"
import type { System } from "../system/System.ts"
import { canonicalText } from "../values/canonical.ts"
import type { Conformance, ConformsOptions, Observe } from "./Conformance.ts"
import { Explanations } from "./Explanations.ts"

/**
 * Finds a behaviour of a system that explains a log. Observations are JSON-like values; they are compared by content, and
 * frozen. Fails: as `compileSystem`, and throws what the system's functions, `observe` and the properties throw.
 */
export const conforms = <Observation>(
  system: System,
  log: ReadonlyArray<Observation>,
  observe: Observe<Observation>,
  options: ConformsOptions = {}
): Conformance<Observation> => {
  const texts = log.map((observation, at) => canonicalText(observation, `observation ${at}`))
  const search = new Explanations(compileSystem(system, { recheckEvery: 0 }), texts, observe, options)
  const found = search.run()
  if (found !== null) return { conforms: true, steps: search.stepsTo(found), states: search.states }
  const at = search.furthest
  return { conforms: false, at, observation: log[at] ?? null, ...search.failure() }
}
