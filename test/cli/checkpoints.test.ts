import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import { runHere } from "./runHere.ts"
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
    const json = await runTidemark(["checkpoints", "list", directory, "--json"])
    const table = await runHere(["checkpoints", "list", directory])
    expect(json.code).toBe(0)
    const final = finalOf(json.stdout)
    expect(final).toMatchObject({
      id: expect.any(Number),
      kind: "final",
      state: "completed",
      reason: null,
      bytes: final.restoreBytes,
      restoreBytes: expect.any(Number),
      at: expect.stringMatching(/^20\d\d-.*Z$/),
      records: 100,
      parallelism: 1,
      path: expect.stringMatching(/\/tally\/log\/\d{10}\.json$/)
    })
    expect(table.stdout).toMatch(/^id +kind +state +at +records +size +restore +took +path\n/)
    expect(table.stdout).toContain("  final ")
  })

  it("says which directory or job does not exist", async () => {
    const directoryless = await runHere(["checkpoints", "list", join(directory, "nowhere")])
    expect(directoryless.code).toBe(2)
    expect(directoryless.error).toMatch(/^Checkpoint directory .*nowhere does not exist\./)
    const jobless = await runHere(["checkpoints", "list", directory, "--job", "tallly"])
    expect(jobless.code).toBe(2)
    expect(jobless.error).toMatch(/^There is no job "tallly" in .*\. It holds: "tally"\.$/)
    const empty = await runHere(["checkpoints", "list", makeFolder(), "--json"])
    expect(JSON.parse(empty.stdout)).toEqual([])
  })
})

describe("tidemark checkpoints show", () => {
  it("shows operators, sizes of states and positions of splits", async () => {
    const { id } = finalOf((await runHere(["checkpoints", "list", directory, "--json"])).stdout)
    const text = await runHere(["checkpoints", "show", directory, String(id)])
    const json = await runHere(["checkpoints", "show", directory, String(id), "--json"])
    const unknown = await runHere(["checkpoints", "show", directory, "77"])
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
    expect(unknown.error).toMatch(/^Job "tally" has no completed checkpoint or savepoint 77 \(available: \d/)
  })
})

describe("tidemark checkpoints verify", () => {
  const flip = (path: string, at: number): void => {
    const bytes = readFileSync(path)
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at)
    writeFileSync(path, bytes)
  }

  /** Answers the path of the damaged file and the directory that holds it. */
  const damaged = (kind: "objects" | "log", damage: (path: string) => void) => {
    const copy = copyFolder(directory)
    const folder = join(copy, "tally", kind)
    const path = join(folder, readdirSync(folder).sort().at(-1) ?? "")
    damage(path)
    return { path, copy }
  }

  const verifyDamaged = async (kind: "objects" | "log", damage: (path: string) => void) => {
    const { copy, path } = damaged(kind, damage)
    return { path, ...(await runHere(["checkpoints", "verify", copy, "--json"])) }
  }

  it("passes what is as it was written", async () => {
    const text = await runHere(["checkpoints", "verify", directory])
    expect(text.stdout).toMatch(/^tally: every byte as it was written: \d+ completed checkpoints, \d+ state objects \(/)
    const json = await runHere(["checkpoints", "verify", directory, "--json"])
    expect(lastJson(json.stdout)).toMatchObject({ isValid: true, jobs: [{ job: "tally" }] })
  })

  it("names the object with a flipped bit, the truncated and the missing one, and exits 3", async () => {
    const { copy, path } = damaged("objects", (object) => flip(object, readFileSync(object).length - 1))
    const flipped = await runTidemark(["checkpoints", "verify", copy])
    expect(flipped.code).toBe(3)
    expect(flipped.stdout).toBe("")
    expect(flipped.stderr).toMatch(/^error: State object .* checksum .*\n$/)
    expect(flipped.stderr).toContain(path)

    const truncated = await verifyDamaged("objects", (object) => truncateSync(object, 40))
    expect(truncated.code).toBe(3)
    expect(truncated.error).toContain(`State object ${truncated.path} of checkpoint `)
    expect(truncated.error).toContain("it has 40 bytes instead of")
    expect(lastJson(truncated.stdout)).toEqual({ isValid: false, problem: truncated.error })

    const missing = await verifyDamaged("objects", (object) => rmSync(object))
    expect(missing.code).toBe(3)
    expect(missing.error).toContain(`State object ${missing.path} of checkpoint `)
    expect(missing.error).toContain("it is missing")
  })

  it("names the log entry with any flipped bit, also one that leaves its meaning as it was", async () => {
    const content = await verifyDamaged("log", (path) => flip(path, readFileSync(path, "utf8").indexOf('"term"') + 2))
    const format = await verifyDamaged("log", (path) =>
      flip(path, readFileSync(path, "utf8").indexOf('"format": 1') + 10)
    )
    for (const { code, error, path } of [content, format]) {
      expect(error).toContain(path)
      expect(code).toBe(3)
    }
  })
})
