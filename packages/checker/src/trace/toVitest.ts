/** A trace as a test of its own: a Vitest file that replays it against today's machines. */
import type { Trace } from "./Trace.ts"

export interface VitestOptions {
  readonly trace: Trace
  /** Name of the property that the trace violates. */
  readonly property: string
  /** What the test imports: a module whose default export is `{ system, properties }`, or a list of such. */
  readonly module: string
  /**
   * `violated`: the counterexample is there (to work on it). `fixed` (default): it is not there any more, and stays away.
   */
  readonly expect?: "violated" | "fixed"
  /** Default: `@tidemark/checker`. */
  readonly checker?: string
}

/** The text of the file. */
export const toVitest = ({ trace, property, module, expect = "fixed", checker }: VitestOptions): string => {
  const title = expect === "violated" ? `violates "${property}"` : `does not violate "${property}" any more`
  const [verb, value] = expect === "violated" ? ["toBe", "Violated"] : ["not.toBe", "Violated"]
  return [
    `/** Generated from a trace of ${commentText(trace.system)}. */`,
    `import { recheck, traceFrom } from ${JSON.stringify(checker ?? "@tidemark/checker")}`,
    'import { expect, test } from "vitest"',
    `import model from ${JSON.stringify(module)}`,
    "",
    `const trace = traceFrom(${JSON.stringify(trace, null, 2)})`,
    "",
    `test(${JSON.stringify(`the recorded trace of ${trace.system} ${title}`)}, () => {`,
    `  const result = recheck(model, trace, ${JSON.stringify(property)})`,
    `  expect(result._tag, JSON.stringify(result)).${verb}(${JSON.stringify(value)})`,
    "})",
    ""
  ].join("\n")
}

const commentText = (text: string): string => text.replace(/[\r\n]+/g, " ").replaceAll("*/", "* /")
