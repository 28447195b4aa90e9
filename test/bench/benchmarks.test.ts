/** Every benchmark in its smallest size: that it runs, that its contestants answer right, and nothing about speed. */
import { describe, expect, it } from "vitest"
import { benchmarks } from "./benchmarks.ts"
import { goalOf, goals } from "./harness/goals.ts"
import { renderGoals, renderTable } from "./harness/render.ts"
import { scales } from "./harness/scale.ts"

/** The main job has one size; nexmark has a test of its own. */
const elsewhere: ReadonlySet<string> = new Set(["memory", "nexmark"])

const small = benchmarks.filter(({ name }) => !elsewhere.has(name))

describe.each(small)("the benchmark $name", ({ name, notMeasured, run }) => {
  it("runs in its smallest size, and its contestants agree", async () => {
    const { goals, tables } = await run(scales.tiny)
    for (const table of tables) {
      expect(table.rows.length).toBeGreaterThan(0)
      expect(renderTable(table)).toContain(table.title)
    }
    expect(tables.length).toBeGreaterThan(0)
    for (const { goal } of goals) expect(goalOf(goal).benchmark).toBe(name)
    expect(notMeasured.length).toBeGreaterThan(0)
  })
})

it("every goal belongs to a benchmark, and the summary has a line for each", () => {
  const names = new Set(benchmarks.map(({ name }) => name))
  const summary = renderGoals([], true)
  for (const { benchmark, text } of Object.values(goals)) {
    expect(names).toContain(benchmark)
    expect(summary).toContain(text)
  }
})
