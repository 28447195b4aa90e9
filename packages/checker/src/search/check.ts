/** Explores a system and says which properties hold. */

import { recordTransitions } from "../coverage/recordTransitions.ts"
import { idleFaults } from "../engine/checkSystem.ts"
import { compileSystem } from "../engine/compileSystem.ts"
import { ModelError } from "../engine/errors.ts"
import { StateGraph } from "../liveness/StateGraph.ts"
import { checkProperties } from "../property/checkProperties.ts"
import type { Property } from "../property/Property.ts"
import { makeSymmetry, type Symmetry } from "../symmetry/Symmetry.ts"
import type { System } from "../system/System.ts"
import type { Trace } from "../trace/Trace.ts"
import { createVisited } from "../visited/createVisited.ts"
import type { Visited } from "../visited/Visited.ts"
import { checkLiveness, type LivenessVerdict } from "./checkLiveness.ts"
import { checkOptions } from "./checkOptions.ts"
import { type Explored, explore } from "./explore.ts"
import { type Frontier, makeFrontier } from "./Frontier.ts"
import { PropertyRun } from "./PropertyRun.ts"
import { actionsOf, codesTo } from "./paths.ts"
import type { CheckOptions, Report, Violation } from "./Report.ts"

/**
 * Explores every reachable state of the system within its bounds. Fails: `ModelError` for a system that is put together
 * wrongly, `NotAValue` for states or messages that are no JSON-like values, `StepFailure` for a start
 * that throws in the beginning. Later, all of these are violations, with the path to them.
 */
export const check = (system: System, properties: ReadonlyArray<Property>, options: CheckOptions = {}): Report => {
  const recording = recordTransitions(system.components.flatMap(({ machines }) => machines ?? []))
  try {
    return { ...search(system, properties, options), coverage: recording.coverage() }
  } finally {
    recording.stop()
  }
}

const search = (
  system: System,
  properties: ReadonlyArray<Property>,
  options: CheckOptions
): Omit<Report, "coverage"> => {
  const { bits, strategy = "breadth-first", visited: mode = "exact" } = options
  checkOptions(options)
  checkProperties(properties)
  refuseUnsound(system, properties, options)
  const began = performance.now()
  const engine = compileSystem(system, options.recheckEvery === undefined ? {} : { recheckEvery: options.recheckEvery })
  const visited = createVisited(mode, engine.width, bits === undefined ? {} : { bits })
  const run = new PropertyRun(engine, properties)
  const graph = properties.some(({ _tag }) => _tag === "LeadsTo") ? new StateGraph() : null
  const symmetry = options.symmetry === false ? null : makeSymmetry(engine, properties)
  const frontier = makeFrontier(strategy, visited, engine.width)
  const explored = explore({
    engine,
    visited,
    run,
    graph,
    frontier: symmetry === null ? frontier : audited(frontier, symmetry),
    canonical: symmetry?.canonical ?? ((state) => state),
    statesMax: options.statesMax ?? Number.POSITIVE_INFINITY,
    continueAfterViolation: options.continueAfterViolation ?? false,
    onProgress: options.onProgress ?? (() => {})
  })
  const trace = (state: number, last: number | null): Trace => ({
    system: system.name,
    steps: actionsOf(engine, [...codesTo(explored.predecessors, state), ...(last === null ? [] : [last])], symmetry),
    loopsTo: null
  })
  const findings = explored.failure === null ? run.violations : [...run.violations, explored.failure]
  const safety = findings.map(
    ({ property, detail, state, action }): Violation => ({ property, detail, trace: trace(state, action) })
  )
  const live = graph === null || !explored.isComplete ? [] : checkLiveness({ engine, visited, graph, properties })
  const isComplete = explored.isComplete && visited.omission <= omissionMax
  const violations = [...safety, ...live.flatMap(({ violation }) => (violation === null ? [] : [violation]))]
  return {
    system: system.name,
    holds: isComplete && violations.length === 0 && run.unseen.length === 0,
    states: visited.count,
    edges: explored.edges,
    depth: explored.depth,
    terminals: explored.terminals,
    seconds: (performance.now() - began) / 1000,
    isComplete,
    visited: mode,
    omission: visited.omission,
    share: visited.share,
    bytesPerState: Math.round(visited.bytes / Math.max(1, visited.count)),
    steps: engine.stepCount(),
    cutOff: explored.cutOff,
    witnesses: Object.fromEntries([...run.witnesses].map(([name, state]) => [name, trace(state, null)])),
    violations,
    unwitnessed: run.unseen,
    warnings: [
      ...(symmetry?.warnings ?? []),
      ...idleFaults(system),
      ...omissionWarnings(visited),
      ...warningsOf(system, explored, run, live)
    ]
  }
}

/** Checks on states that are explored that representatives may stand for them. */
const audited = (frontier: Frontier, { audit }: Symmetry): Frontier => ({
  push: frontier.push,
  take: (into) => {
    audit.leave()
    const index = frontier.take(into)
    if (index >= 0) audit.enter(into, index)
    return index
  }
})

const refuseUnsound = (system: System, properties: ReadonlyArray<Property>, options: CheckOptions): void => {
  const live = properties.find(({ _tag }) => _tag === "LeadsTo")
  if (live === undefined) return
  const { strategy = "breadth-first", visited = "exact", symmetry = (system.symmetric ?? []).length > 0 } = options
  if (strategy === "breadth-first" && visited === "exact" && !symmetry) return
  throw new ModelError(
    `"${live.name}" is about what happens in the end: it is decided on the whole exact graph only. ` +
      'Check it breadth-first, with visited: "exact" and symmetry: false, in a run of its own.'
  )
}

/** A search that has probably omitted states has not visited every one. */
const omissionMax = 0.01

const omissionWarnings = ({ omission, share }: Visited): ReadonlyArray<string> =>
  omission <= omissionMax
    ? []
    : [
        `States were omitted with probability ${omission.toPrecision(2)}: about ${((1 - share) * 100).toPrecision(2)} % of ` +
          "those that were met, and what lies behind them. Give more memory (`bits`), or remember more (`visited`)."
      ]

const warningsOf = (
  system: System,
  explored: Explored,
  run: PropertyRun,
  live: ReadonlyArray<LivenessVerdict>
): ReadonlyArray<string> => {
  if (!explored.isComplete) {
    return [...explored.warnings, "The search ended before every reachable state was visited."]
  }
  const unreached = Object.keys(system.bounds ?? {}).filter((name) => !Object.hasOwn(explored.cutOff, name))
  const isIdle = explored.edges === 0 && !system.initially.some(({ _tag }) => _tag === "Start")
  return [
    ...(isIdle ? ["Nothing ever happens: `initially` starts no component."] : []),
    ...run.unseen.map(
      (name) => `"${name}" was never seen: the model may be too small to show it, or it cannot happen.`
    ),
    ...unreached.map((name) => `Bound "${name}" was never reached: remove it, or it does not say what you mean.`),
    ...live
      .filter(({ isTriggered, violation }) => !isTriggered && violation === null)
      .map(({ name }) => `"${name}" holds because what it is about never happens.`)
  ]
}
