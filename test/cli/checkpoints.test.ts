import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import { copyFolder, lastJson, makeFolder, runTidemark, tally } from "./runTidemark.ts"

/** Holds the checkpoints of a finished job. */
let directory: string

beforeAll(async () => {
  const folder = makeFolder()
  directory = join(folder, "checkpoints")
  const run = await runTidemark(["run", tally, "--checkpoints", directory, "--", "--out", join(folder, "out")])
  expect(run.code).toBe(0)
})

const finalOf = (stdout: string): Readonly<Record<string, unknown>> => {
  const listed: ReadonlyArray<Readonly<Record<string, unknown>>> = JSON.parse(stdout)
  return listed.at(-1) ?? {}
}

describe("tidemark checkpoints list", () => {
  it("lists every checkpoint with id, kind, state, bytes and time, as JSON and as a table", async () => {
    const [json, table] = await Promise.all([
      runTidemark(["checkpoints", "list", directory, "--json"]),
      runTidemark(["checkpoints", "list", directory])
    ])
    expect(json.code).toBe(0)
    const final = finalOf(json.stdout)
    expect(final).toMatchObject({
      id: expect.any(Number),
      kind: "final",
      state: "completed",
      reason: null,
      bytes: expect.any(Number),
      at: expect.stringMatching(/^20\d\d-.*Z$/),
      records: 100,
      parallelism: 1,
      path: expect.stringMatching(/\/tally\/log\/\d{10}\.json$/)
    })
    expect(table.stdout).toMatch(/^id +kind +state +at +records +size +took +path\n/)
    expect(table.stdout).toContain("  final ")
  })

  it("says which directory or job does not exist", async () => {
    const [directoryless, jobless, empty] = await Promise.all([
      runTidemark(["checkpoints", "list", join(directory, "nowhere")]),
      runTidemark(["checkpoints", "list", directory, "--job", "tallly"]),
      runTidemark(["checkpoints", "list", makeFolder(), "--json"])
    ])
    expect(directoryless.code).toBe(2)
    expect(directoryless.stderr).toMatch(/^error: Checkpoint directory .*nowhere does not exist\./)
    expect(jobless.code).toBe(2)
    expect(jobless.stderr).toMatch(/^error: There is no job "tallly" in .*\. It holds: "tally"\.\n$/)
    expect(empty.code).toBe(0)
    expect(JSON.parse(empty.stdout)).toEqual([])
  })
})

describe("tidemark checkpoints show", () => {
  it("shows operators, sizes of states and positions of splits", async () => {
    const { id } = finalOf((await runTidemark(["checkpoints", "list", directory, "--json"])).stdout)
    const [text, json, unknown] = await Promise.all([
      runTidemark(["checkpoints", "show", directory, String(id)]),
      runTidemark(["checkpoints", "show", directory, String(id), "--json"]),
      runTidemark(["checkpoints", "show", directory, "77"])
    ])
    expect(text.stdout).toContain(`checkpoint ${id} (final) of job "tally"`)
    expect(text.stdout).toContain('source "numbers"\n    split records-0: 100 records, finished')
    expect(text.stdout).toMatch(/"tally"\n {4}state "[^"]+": 3 entries, \d+ B/)
    expect(JSON.parse(json.stdout)).toMatchObject({
      id,
      states: [{ operator: "tally", entries: 3 }],
      splits: [{ operator: "numbers", split: "records-0", records: 100, isFinished: true }],
      operators: [{ uid: "numbers" }, { uid: "tally" }, { uid: "report" }]
    })
    expect(unknown.code).toBe(3)
    expect(unknown.stderr).toMatch(/^error: Job "tally" has no completed checkpoint 77 \(available: \d/)
  })
})

describe("tidemark checkpoints verify", () => {
  const flip = (path: string, at: number): void => {
    const bytes = readFileSync(path)
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    writeFileSync(path, bytes)
  }

  /** Answers the path of the damaged file and what the command said. */
  const verifyDamaged = async (
    kind: "objects" | "log",
    damage: (path: string) => void,
    options: Array<string> = []
  ) => {
    const copy = copyFolder(directory)
    const folder = join(copy, "tally", kind)
    const path = join(folder, readdirSync(folder).sort().at(-1) ?? "")
    damage(path)
    return { path, ...(await runTidemark(["checkpoints", "verify", copy, ...options])) }
  }

  it("passes what is as it was written", async () => {
    const [text, json] = await Promise.all([
      runTidemark(["checkpoints", "verify", directory]),
      runTidemark(["checkpoints", "verify", directory, "--json"])
    ])
    expect(text.code).toBe(0)
    expect(text.stdout).toMatch(/^tally: every byte as it was written: \d+ completed checkpoints, \d+ state objects \(/)
    expect(lastJson(json.stdout)).toMatchObject({ isValid: true, jobs: [{ job: "tally" }] })
  })

  it("names the object with a flipped bit, the truncated and the missing one, and exits 3", async () => {
    const [flipped, truncated, missing] = await Promise.all([
      verifyDamaged("objects", (path) => flip(path, readFileSync(path).length - 1)),
      verifyDamaged("objects", (path) => truncateSync(path, 40)),
      verifyDamaged("objects", (path) => rmSync(path), ["--json"])
    ])
    for (const { code, path, stderr } of [flipped, truncated, missing]) {
      expect(stderr).toContain(`error: State object ${path} of checkpoint `)
      expect(code).toBe(3)
    }
    expect(flipped.stderr).toContain("checksum")
    expect(truncated.stderr).toContain("it has 40 bytes instead of")
    expect(missing.stderr).toContain("it is missing")
    expect(lastJson(missing.stdout)).toMatchObject({ isValid: false, problem: expect.stringContaining(missing.path) })
  })

  it("names the log entry with a flipped bit, even where its meaning would be the same", async () => {
    const [content, format] = await Promise.all([
      verifyDamaged("log", (path) => flip(path, readFileSync(path, "utf8").indexOf('"term"') + 2)),
      verifyDamaged("log", (path) => flip(path, readFileSync(path, "utf8").indexOf('"format": 1') + 10))
    ])
    for (const { code, path, stderr } of [content, format]) {
      expect(stderr).toContain(path)
      expect(code).toBe(3)
    }
  })
})
