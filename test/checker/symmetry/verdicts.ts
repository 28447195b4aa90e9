/** What a report says, without what may depend on which of several equally short paths was found. */
import type { Property, Report, System, Trace } from "@tidemark/checker"
import { compileSystem } from "@tidemark/checker"
import { walk } from "../../../packages/checker/src/trace/walk.ts"

export const verdictsOf = (report: Report) => ({
  violations: report.violations.map(({ property, trace }) => `${property} after ${trace.steps.length}`).sort(),
  witnesses: Object.entries(report.witnesses)
    .map(([name, trace]) => `${name} after ${trace.steps.length}`)
    .sort(),
  unwitnessed: [...report.unwitnessed].sort(),
  depth: report.depth,
  isComplete: report.isComplete,
  hasTerminals: report.terminals > 0,
  cutOff: Object.keys(report.cutOff).length > 0
})

/** Walks a trace through the whole system, and tells whether the property is violated (or witnessed) where it ends. */
export const showsItself = (system: System, property: Property | undefined, trace: Trace): boolean => {
  const engine = compileSystem(system)
  const { states } = walk(engine, trace)
  const [last, before] = [states.at(-1), states.at(-2)]
  const action = trace.steps.at(-1)
  if (last === undefined || property === undefined) return false
  switch (property._tag) {
    case "Sometimes":
      return property.holds(engine.view(last))
    case "Step":
      if (before === undefined || action === undefined) return false
      return property.holds(engine.view(before), action, engine.view(last)) !== true
    case "LeadsTo":
      return false
    default:
      return property.holds(engine.view(last)) !== true
  }
}
