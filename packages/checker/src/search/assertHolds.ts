/** For tests: throws unless a report is without fault, with everything that a person needs to see why. */
import { describeAction } from "../trace/describeAction.ts"
import type { Report } from "./Report.ts"

export const assertHolds = (report: Report): void => {
  if (report.holds) return
  const head = `System ${report.system}, ${report.states} states, ${report.isComplete ? "complete" : "incomplete"}:`
  const violations = report.violations.map(
    ({ property, detail, trace }) =>
      `Violated: ${property}: ${detail}\n${trace.steps.map((action, index) => `${index + 1}. ${describeAction(action)}`).join("\n")}`
  )
  throw new Error([head, ...violations, ...report.warnings].join("\n"))
}
