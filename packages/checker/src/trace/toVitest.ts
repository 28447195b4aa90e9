/** A trace as a test of its own: a Vitest file that replays it against today's machines. */
import type { Trace } from "./Trace.ts"

export interface VitestOptions {
  readonly trace: Trace
  /** Name of the property that the trace violates. */
  readonly property: string
  /** What the test imports: a module whose default export is `{ system, properties }`, or a list of such. */
  readonly module: string
  /**
   * `violated`: the test passes as long as the counterexample is there. `fixed` (default): it passes when nothing is
   * wrong on the trace any more, or it cannot be walked any more.
   */
  readonly expect?: "violated" | "fixed"
}

/** The text of the file. */
export const toVitest = ({ trace, property, module, expect = "fixed" }: VitestOptions): string => {
  const title = expect === "violated" ? `violates "${property}"` : `does not violate "${property}" any more`
  const matcher = expect === "violated" ? "toBe" : "not.toBe"
  return [
    `/** Generated from a trace of ${commentText(trace.system)}. */`,
    'import { recheck, traceFrom } from "@tidemark/checker"',
    'import { expect, test } from "vitest"',
    `import model from ${JSON.stringify(module)}`,
    "",
    `const trace = traceFrom(${JSON.stringify(trace, null, 2)})`,
    "",
    `test(${JSON.stringify(`the recorded trace of ${trace.system} ${title}`)}, () => {`,
    `  const result = recheck(model, trace, ${JSON.stringify(property)})`,
    `  expect(result._tag, JSON.stringify(result)).${matcher}("Violated")`,
    "})",
    ""
  ].join("\n")
}

const commentText = (text: string): string => text.replace(/[\r\n]+/g, " ").replaceAll("*/", "* /")
