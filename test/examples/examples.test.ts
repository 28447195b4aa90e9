/** Every numbered example runs by itself, asserts its own result, and says what its header promises. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { root, runExample } from "./runExample.ts"

const folder = join(root, "packages/examples/src")

it("01 counts the words of three lines", async () => {
  const { exitCode, lines, text } = await runExample("01-word-count.ts")
  expect(exitCode, text).toBe(0)
  expect(lines).toEqual(["tide 4", "the 6", "line 2", "13 words, counted exactly once"])
})

it("02 computes the same airport-days at parallelism 1 and 3", async () => {
  const { exitCode, lines, text } = await runExample("02-flights.ts")
  expect(exitCode, text).toBe(0)
  expect(lines.slice(0, 3)).toEqual([
    "parallelism 1: 100,000 flights to 1,528 airport-days, 0 late",
    "parallelism 3: 100,000 flights to 1,528 airport-days, 0 late",
    '{"origin":"ATL","day":"2001-01-01","flights":554,"delayed":344,"delaySum":20522,"delayMax":236}'
  ])
})

it("03 books every payment exactly once although the audit fails", async () => {
  const { exitCode, lines, text } = await runExample("03-failure-and-recovery.ts")
  expect(exitCode, text).toBe(0)
  expect(lines[0]).toMatch(/^failed {5}Operator "audit" \(subtask 0\) threw at .*the audit is out of order/)
  expect(lines[1]).toMatch(/^restored {3}checkpoint \d+, records flowed again after \d+ ms$/)
  expect(lines.at(-1)).toBe("result     300,000 bookings on 50 accounts, each exactly once")
})

it("the header of every numbered example says how to run it, and nothing is longer than 120 lines", () => {
  const examples = readdirSync(folder).filter((name) => /^\d\d-/.test(name))
  expect(examples.length).toBeGreaterThanOrEqual(3)
  for (const name of examples) {
    const source = readFileSync(join(folder, name), "utf8")
    expect(source).toContain(` * Run: node --conditions=tidemark-source packages/examples/src/${name}\n`)
    for (const label of ["Teaches:", "Guarantees:", "Expect"]) expect(source).toContain(` * ${label}`)
    expect(source.split("\n").length, name).toBeLessThanOrEqual(121)
  }
})
