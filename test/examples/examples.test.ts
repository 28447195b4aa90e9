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

it("04 tells every visit once although the function fails", async () => {
  const { exitCode, lines, text } = await runExample("04-sessions.ts")
  expect(exitCode, text).toBe(0)
  expect(lines).toEqual([
    "2,000 clicks of 12 users in 472 visits",
    "ada's longest visit: 11 clicks in 123 minutes",
    "2 failures on the way, every visit told once"
  ])
})

it("05 amends the hours whose readings come late, and counts each reading once", async () => {
  const { exitCode, lines, text } = await runExample("05-late-records.ts")
  expect(exitCode, text).toBe(0)
  expect(lines).toEqual([
    "717 hours told from 43,020 readings in time",
    "180 readings came late, for 3 hours at north",
    "highest water at north on the second day: 9 o'clock, 560 cm; told first: 21 o'clock, 490 cm",
    "1 failure on the way, every reading counted once"
  ])
})

it("06 prices every order once and in order although calls fail", async () => {
  const { exitCode, lines, text } = await runExample("06-async-enrichment.ts")
  expect(exitCode, text).toBe(0)
  expect(lines[0]).toMatch(/^500 orders, never more than \d+ asked for at once$/)
  expect(lines.slice(1)).toEqual([
    "490 priced, 10 without a price: their call took too long",
    "told in the order of the orders, each once, after 1 restart"
  ])
})

it("07 counts sales twice at least once, and once exactly once", async () => {
  const { exitCode, lines, text } = await runExample("07-at-least-once.ts")
  expect(exitCode, text).toBe(0)
  expect(lines).toEqual([
    "exactly-once   busy till 200 of 200 sales, quiet till 10 of 10, after 1 failure",
    "at-least-once  busy till 200 of 200 sales, quiet till 20 of 10, after 1 failure"
  ])
})

it("08 reads an outbox and books in a ledger exactly once, and both keep their contracts", async () => {
  const { exitCode, lines, text } = await runExample("08-your-own-source-and-sink.ts")
  expect(exitCode, text).toBe(0)
  expect(lines).toEqual([
    "8 scenarios of the source hold, 12 of the sink",
    "5,000 payments read, 2 failures on the way",
    "5,000 bookings on 10 accounts, each exactly once"
  ])
})

it("09 tests a pipeline whose time stands still", async () => {
  const { exitCode, lines, text } = await runExample("09-testing-a-pipeline.ts")
  expect(exitCode, text).toBe(0)
  expect(lines).toEqual([
    "an alarm after five minutes, none before",
    "a closed door is quiet",
    "a failure changes nothing",
    "a snapshot goes on at parallelism 3"
  ])
})

it("11 goes on from a savepoint with another version, and loses and repeats nothing", async () => {
  const { exitCode, lines, text } = await runExample("11-savepoint-and-upgrade.ts")
  expect(exitCode, text).toBe(0)
  expect(lines[0]).toMatch(/^version 1 {2}stopped with a savepoint after [\d,]+ of 100,000 payments$/)
  expect(lines.slice(1)).toEqual([
    "version 2  went on from it at parallelism 3 and finished",
    "20 accounts, 100,000 payments booked once, 20 alarms"
  ])
})

it("10 goes on after a directory is lost and a key is changed", async () => {
  const { exitCode, lines, text } = await runExample("10-encryption-and-replication.ts")
  expect(exitCode, text).toBe(0)
  // Beside them stands what the storage tells of its repairs.
  expect(lines.filter((line) => !line.startsWith("["))).toEqual([
    "first run    fails after its second checkpoint",
    "lost         directory a is deleted",
    "second run   resumes with b and c, and a new key",
    "result       20 sensors, 20,000 readings, each counted exactly once",
    'without key  refused: it was encrypted with key "k1"; the keys at hand are k3'
  ])
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
