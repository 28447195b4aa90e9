/** The demo's proof can fail: it says what is wrong with an output that differs. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it, onTestFinished } from "vitest"
import { type Output, problemsOf, readOutput } from "../../packages/examples/src/demo/proof.ts"
import { newProcess, type ProcessLog, type RunSummary, summaryOf } from "../../packages/examples/src/demo/RunLog.ts"

const line = (origin: string, flights: number): string =>
  JSON.stringify({ origin, day: "2001-01-01", flights, delayed: 0, delaySum: 0, delayMax: 0 })

const outputOf = (files: Readonly<Record<string, ReadonlyArray<string>>>): Promise<Output> => {
  const directory = mkdtempSync(join(tmpdir(), "tidemark-proof-"))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  for (const [name, lines] of Object.entries(files)) {
    writeFileSync(join(directory, name), lines.map((text) => `${text}\n`).join(""))
  }
  return readOutput(directory)
}

const processOf = (records: number, lateRecords = 0): ProcessLog => ({
  ...newProcess(1),
  progress: {
    _tag: "Progress",
    position: records,
    recordsIn: records,
    recordsOut: 0,
    lateRecords,
    watermark: null,
    completed: [],
    invalidated: {},
    restarts: 0,
    flowingMs: 1,
    peakMemoryBytes: 1
  }
})
const runOf = (...processes: ReadonlyArray<ProcessLog>): RunSummary => summaryOf(processes)

const reference = { "a.jsonl": [line("ATL", 2), line("ORD", 3)] }

it("holds for the same lines in other files and another order, hidden files left out", async () => {
  const output = await outputOf({ "b.jsonl": [line("ORD", 3)], "a.jsonl": [line("ATL", 2)], ".tm.x": ["open"] })
  const evidence = { output, reference: await outputOf(reference), kills: 0 }
  expect(problemsOf(runOf(processOf(5)), evidence)).toEqual([])
  expect(output.sha256).toBe(evidence.reference.sha256)
})

it("names a line that is there twice", async () => {
  const output = await outputOf({ "a.jsonl": [line("ATL", 2), line("ATL", 2), line("ORD", 3)] })
  const problems = problemsOf(runOf(processOf(5)), { output, reference: await outputOf(reference), kills: 0 })
  expect(problems).toEqual([
    `The outputs differ from sorted line 2 on: ${line("ATL", 2)} with the kills, ${line("ORD", 3)} without.`,
    "The lines count 7 flights, the job 5."
  ])
})

it("names a line that is missing at the end", async () => {
  const output = await outputOf({ "a.jsonl": [line("ATL", 2)] })
  const [problem] = problemsOf(runOf(processOf(5)), { output, reference: await outputOf(reference), kills: 0 })
  expect(problem).toBe(`The outputs differ from sorted line 2 on: the end with the kills, ${line("ORD", 3)} without.`)
})

it("does not hold with late flights or without all kills", async () => {
  const output = await outputOf(reference)
  expect(problemsOf(runOf(processOf(5, 1)), { output, reference: output, kills: 2 })).toEqual([
    "1 flight came too late for the window.",
    "The job was over after 0 of 2 kills: give it more --flights."
  ])
})

it("refuses an output directory that shows anything else", async () => {
  await expect(outputOf({ "a.jsonl": [], "notes.txt": ["hello"] })).rejects.toThrow("notes.txt")
})

it("sums a run over its processes: the checkpoint that a restore has told of is completed, the one after it cut short", () => {
  const killed: ProcessLog = {
    ...processOf(10),
    begun: [1, 2, 3],
    completed: [{ id: 1, kind: "checkpoint", durationMs: 1, bytes: 1 }],
    end: "killed"
  }
  const last: ProcessLog = {
    ...processOf(20),
    running: { _tag: "Running", restored: 2, startMs: 1, restoreMs: 1, records: 8, splits: [], splitsFinished: 0 },
    end: "ended"
  }
  const run = runOf(killed, last)
  expect(run).toMatchObject({ records: 20, recordsRead: 30, completedCount: 2, cutShort: 1 })
})
