import fc from "fast-check"
import { expect, it } from "vitest"
import { alternate, demandEqual, ratioOf } from "./alternate.ts"
import { renderComparison } from "./compare.ts"
import { Histogram } from "./Histogram.ts"
import { type Row, spreadOf } from "./Result.ts"
import { renderGoals } from "./render.ts"
import { renderProfile } from "./renderProfile.ts"

it("a histogram's quantiles are those of the sorted values, to 1 %", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.001, max: 10_000, noNaN: true }), { minLength: 1 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (values, share) => {
        const histogram = new Histogram()
        for (const value of values) histogram.add(value)
        const sorted = values.toSorted((a, b) => a - b)
        const exact = sorted[Math.ceil(values.length * share) - 1] ?? Number.NaN
        expect(histogram.quantile(share) / exact).toBeGreaterThan(0.999)
        expect(histogram.quantile(share) / exact).toBeLessThan(1.011)
        expect(histogram.maxMs).toBe(sorted.at(-1))
      }
    )
  )
})

it("the median of an even number of values lies between the middle two", () => {
  expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 })
})

it("contestants take turns, and those before the rounds do not count", async () => {
  const turns: Array<string> = []
  const contestant = (name: string) => ({ name, records: 1, run: () => turns.push(name) })
  const options = { title: "turns", rounds: 1, warmups: 1 }
  const table = await alternate([contestant("a"), contestant("b")], options)
  expect(turns).toEqual(["a", "b", "a", "b"])
  expect(table.rows.map(({ name, unit }) => [name, unit])).toEqual([
    ["a", "M records/s"],
    ["b", "M records/s"]
  ])
  expect(ratioOf(table, "a")).toBe(1)
})

it("contestants that disagree are refused, by name", async () => {
  const contestant = (name: string, answer: number) => ({ name, records: 1, run: () => answer })
  await demandEqual([contestant("a", 1), contestant("b", 1)])
  await expect(demandEqual([contestant("a", 1), contestant("b", 2)])).rejects.toThrow("b answers 2, but a answers 1.")
})

it("the summary says of every goal whether it is met, missed, not yet measurable or not run", () => {
  const summary = renderGoals(
    [
      { goal: "chain3", figure: 0.9 },
      { goal: "chain12", figure: 0.849 },
      { goal: "restore1m", figure: 200.5 },
      { goal: "nexmark", figure: null, note: "no Java" }
    ],
    true
  )
  const outcomeOf = (text: string): string => {
    const line = summary.split("\n").find((candidate) => candidate.includes(text))
    return line?.trim().split(/ {2,}/)[0] ?? ""
  }
  expect(outcomeOf("chain of 3, objects")).toBe("met")
  expect(outcomeOf("chain of 12, objects")).toBe("MISSED")
  expect(outcomeOf("restore of 1 M keys")).toBe("MISSED")
  expect(outcomeOf("Nexmark")).toBe("not yet")
  expect(outcomeOf("end to end p99")).toBe("not run")
  expect(summary).toContain("no Java")
})

it("a comparison divides base by head, row by row, and leaves out what only one has", () => {
  const report = (median: number, ratio: number, names: ReadonlyArray<string>) => ({
    scale: "full",
    results: {
      chain: {
        tables: [
          {
            title: "t",
            rows: names.map(
              (name): Row => ({
                ...{ name, unit: "ms", value: { median, min: 0, max: 0 } },
                ratio: { median: ratio, min: 0, max: 0 }
              })
            )
          }
        ]
      }
    }
  })
  const text = renderComparison(report(30, 1, ["a", "b"]), report(10, 0.5, ["a", "c"]))
  const [, , line, ...more] = text.split("\n")
  expect(line?.trim().split(/ +/)).toEqual(["chain", "t", "a", "30.0", "10.0", "ms", "3.00", "2.00"])
  expect(more).toEqual([])
})

it("a profile's self times are shares of what was not idle", () => {
  const frame = (functionName: string, url: string) => ({
    ...{ functionName, url, scriptId: "1", lineNumber: 4, columnNumber: 2 }
  })
  const nodes = [frame("(idle)", ""), frame("work", "tidemark/a/1.js"), frame("(garbage collector)", "")]
  const text = renderProfile("top", {
    nodes: nodes.map((callFrame, id) => ({ id, callFrame })),
    ...{ startTime: 0, endTime: 40_000, samples: [0, 1, 1, 2], timeDeltas: [0, 20_000, 10_000, 5_000, 5_000] }
  })
  expect(text).toContain("75.0 %  15 ms  work  tidemark/a/1.js:5:3")
  expect(text).toContain("Garbage collection: 25.0 % of 20 ms; idle: 50.0 % of the time.")
})
