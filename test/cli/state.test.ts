import { readdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import { runHere } from "./runHere.ts"
import { copyFolder, makeFolder, runTidemark, tally } from "./runTidemark.ts"

/** Holds the checkpoints of a finished job that added up 0 to 99 in three buckets. */
let directory: string

beforeAll(async () => {
  const folder = makeFolder()
  directory = join(folder, "checkpoints")
  const args = ["--checkpoints", directory, "--", "--out", join(folder, "out"), "--pause-ms", "20"]
  const run = await runTidemark(["run", tally, ...args])
  expect(run.code).toBe(0)
})

const linesOf = (stdout: string): ReadonlyArray<Readonly<Record<string, unknown>>> =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))

const idsOf = async (of: string): Promise<ReadonlyArray<number>> => {
  const listed: ReadonlyArray<{ readonly id: number }> = JSON.parse(
    (await runHere(["checkpoints", "list", of, "--json"])).stdout
  )
  return listed.map(({ id }) => id)
}

describe("tidemark state list", () => {
  it("lists the states of the newest checkpoint with their schemas, as a table and as JSON", async () => {
    const text = await runHere(["state", "list", directory])
    expect(text.stdout).toMatch(/^operator +state +kind +layout +entries +size +key +value\n/)
    expect(text.stdout).toMatch(/\ntally +reduced +reducing +maps +3 +\d+ B +string +\{ bucket: string, sum: number \}/)
    const json = await runHere(["state", "list", directory, "--json"])
    expect(JSON.parse(json.stdout)).toContainEqual(
      expect.objectContaining({ operator: "tally", state: "reduced", entries: 3, layout: "maps", key: "string" })
    )
  })
})

describe("tidemark state export", () => {
  it("prints every entry as a line of JSON, without the module of the job", async () => {
    const all = await runTidemark(["state", "export", directory])
    expect(all.code).toBe(0)
    expect(linesOf(all.stdout).map(({ operator }) => operator)).toContain("numbers")
    const sums = await runHere(["state", "export", directory, "--operator", "tally", "--state", "reduced"])
    expect(
      linesOf(sums.stdout)
        .map(({ key, value }) => [key, value])
        .toSorted()
    ).toEqual([
      ["b0", { bucket: "b0", sum: 1683 }],
      ["b1", { bucket: "b1", sum: 1617 }],
      ["b2", { bucket: "b2", sum: 1650 }]
    ])
  })

  it("shows an older checkpoint where one is named", async () => {
    const [first] = await idsOf(directory)
    const sums = await runHere(["state", "export", directory, "--operator", "tally", "--checkpoint", String(first)])
    const total = linesOf(sums.stdout).reduce((sum, { value }) => sum + Number(Object(value).sum ?? 0), 0)
    expect(total).toBeLessThan(4950)
  })

  it("names what there is where it does not know an operator, a checkpoint, or a directory", async () => {
    const operator = await runHere(["state", "export", directory, "--operator", "taly"])
    expect(operator.code).toBe(3)
    expect(operator.error).toMatch(
      /^Checkpoint \d+ of job "tally" holds no operator "taly"\. It holds: .*"tally" \(reduced\)/
    )
    const checkpoint = await runHere(["state", "export", directory, "--checkpoint", "77"])
    expect(checkpoint.code).toBe(3)
    expect(checkpoint.error).toMatch(/^Job "tally" has no completed checkpoint or savepoint 77 \(available: \d/)
    const empty = await runHere(["state", "list", makeFolder()])
    expect(empty.code).toBe(2)
    expect(empty.error).toMatch(/^There are no checkpoints in .* yet\.$/)
  })

  it("reports an object that is missing while its checkpoint stands", async () => {
    const copy = copyFolder(directory)
    const objects = join(copy, "tally", "objects")
    for (const name of readdirSync(objects)) rmSync(join(objects, name))
    const broken = await runHere(["state", "export", copy])
    expect(broken.code).toBe(3)
    expect(broken.error).toMatch(/^State object .* of checkpoint \d+ .*it is missing/)
  })
})

describe("tidemark state get", () => {
  it("prints what an operator holds for a key", async () => {
    const found = await runHere(["state", "get", directory, "--operator", "tally", "--key", "b1"])
    expect(linesOf(found.stdout)).toEqual([
      { operator: "tally", state: "reduced", kind: "reducing", key: "b1", value: { bucket: "b1", sum: 1617 } }
    ])
  })

  it("names some keys where it does not know one", async () => {
    const unknown = await runHere(["state", "get", directory, "--operator", "tally", "--key", "b7"])
    expect(unknown.code).toBe(3)
    expect(unknown.stdout).toBe("")
    expect(unknown.error).toMatch(/holds no key "b7" of operator "tally"\. It holds: key b\d, key b\d, key b\d\.$/)
  })
})

describe("tidemark checkpoints diff", () => {
  it("counts what has changed, and says how far the sources have come", async () => {
    const ids = await idsOf(directory)
    const [from, to] = [ids[0], ids.at(-1)]
    const text = await runHere(["checkpoints", "diff", directory, String(from), String(to)])
    expect(text.stdout).toContain(`job "tally": checkpoint ${from} (checkpoint, `)
    expect(text.stdout).toMatch(/\ntally +reduced +3 +0 +3 +0 +\d+ B/)
    expect(text.stdout).toMatch(/\nnumbers +records-0 +\+\d+ +\{"index":\d+\} -> finished/)
    const json = await runHere(["checkpoints", "diff", directory, String(from), String(to), "--json"])
    expect(JSON.parse(json.stdout)).toMatchObject({
      from: { id: from },
      to: { id: to, records: 100 },
      operators: { added: [], removed: [] },
      positions: [{ operator: "numbers" }]
    })
    const same = await runHere(["checkpoints", "diff", directory, String(to), String(to), "--json"])
    for (const state of JSON.parse(same.stdout).states)
      expect(state).toMatchObject({ added: 0, changed: 0, removed: 0 })
  })
})
