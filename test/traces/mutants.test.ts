/** Defects of the runtime are seen in its traces. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Effect } from "effect"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { runNode } from "../support/runNode.ts"
import { checkTrace, describeConformance } from "./checkTrace.ts"
import { mutantJob } from "./fixtures/mutantJob.ts"
import { runtimeMutants } from "./fixtures/runtimeMutants.ts"
import { parseTrace } from "./record.ts"

const recordMutants = fileURLToPath(new URL("./fixtures/recordMutants.ts", import.meta.url))

const directory = mkdtempSync(join(tmpdir(), "tidemark-mutants-"))

/** The number of no mutant: the runtime as it is. */
const intact = runtimeMutants.length

const record = async (numbers: ReadonlyArray<number>): Promise<void> => {
  const args = ["--conditions=tidemark-source", recordMutants, directory, ...numbers.map(String)]
  const { code, stderr } = await Effect.runPromise(runNode(args))
  expect(code, stderr).toBe(0)
}

beforeAll(async () => {
  const numbers = Array.from({ length: intact + 1 }, (_, number) => number)
  await Promise.all([0, 1].map((half) => record(numbers.filter((_, i) => i % 2 === half))))
})

afterAll(() => rmSync(directory, { recursive: true, force: true }))

const check = (number: number) => {
  const trace = parseTrace(readFileSync(join(directory, `${number}.jsonl`), "utf8"))
  return { trace, verdict: checkTrace(mutantJob, trace, { failures: 1 }) }
}

it("the runtime as it is conforms, with its sources loaded in the same way", () => {
  const { trace, verdict } = check(intact)
  expect(verdict.conforms, describeConformance(verdict, trace)).toBe(true)
  expect(trace.some((line) => line._tag === "Step" && line.event.type === "attempt.failed")).toBe(true)
})

/** A job meets some defects only when the moments fall so: it runs again until its trace shows the defect. */
const runsMax = 10

const checkUntilSeen = async (number: number): Promise<ReturnType<typeof check>> => {
  let checked = check(number)
  for (let runs = 1; checked.verdict.conforms && runs < runsMax; runs++) {
    await record([number])
    checked = check(number)
  }
  return checked
}

describe("the trace does not conform if", () => {
  for (const [number, { name, violates, line }] of runtimeMutants.entries()) {
    it(`${name}${violates === null ? "" : `: ${violates} is violated`}`, async () => {
      const { trace, verdict } = await checkUntilSeen(number)
      expect(verdict, describeConformance(verdict, trace)).toMatchObject({ conforms: false, observation: line })
      const rules = verdict.conforms ? [] : verdict.violated.map(({ property }) => property.split(" ")[0])
      expect(violates === null || rules.includes(violates), `violated: ${rules}`).toBe(true)
    })
  }
})
