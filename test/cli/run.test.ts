import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { repositoryRoot } from "../../scripts/repository.ts"
import { expectedLines } from "./fixtures/tally.ts"
import { lastJson, makeFolder, runTidemark, tally, visibleLines } from "./runTidemark.ts"

describe("tidemark run", () => {
  it("runs a job to its end; run again it says that the job has finished and changes nothing", async () => {
    const folder = makeFolder()
    const out = join(folder, "out")
    const job = [tally, "--checkpoints", join(folder, "checkpoints")]
    const args = ["--", "--out", out, "--records", "50"]

    const first = await runTidemark(["run", ...job, ...args])
    expect(first.stderr).toBe("")
    expect(first.code).toBe(0)
    expect(first.stdout).toMatch(/^tally finished in .*\n.*50 read in this run.* 50 in all, 50 written, 0 late\n/)
    expect(first.stdout).toContain("completed, 0 invalidated, R 1.000")
    expect(visibleLines(out)).toEqual(expectedLines(50))

    const [again, machine] = [
      await runTidemark(["run", ...job, ...args]),
      await runTidemark(["run", ...job, "--json", ...args])
    ]
    expect(again.code).toBe(0)
    expect(again.stdout).toBe('Job "tally" has already finished (50 records): nothing to do, nothing was changed.\n')
    expect(machine.code).toBe(0)
    expect(lastJson(machine.stdout)).toMatchObject({
      outcome: "alreadyEnded",
      end: "finished",
      recordsIn: 0,
      position: { records: 50 }
    })
    expect(visibleLines(out)).toEqual(expectedLines(50))
  })

  it("prints the report as one JSON object and nothing else on standard output", async () => {
    const folder = makeFolder()
    const run = await runTidemark(
      ["run", tally, "--checkpoints", join(folder, "checkpoints"), "--parallelism", "2", "--json"].concat([
        "--",
        `--out=${join(folder, "out")}`,
        "--records=50"
      ])
    )
    expect(run.code).toBe(0)
    expect(run.stdout.trimEnd().split("\n")).toHaveLength(1)
    expect(lastJson(run.stdout)).toMatchObject({
      job: "tally",
      outcome: "finished",
      recordsIn: 50,
      position: { records: 50 },
      recordsOut: 50,
      lateRecords: 0,
      restored: null,
      restoreMs: expect.any(Number),
      checkpoints: { completed: expect.any(Number), invalidated: {} },
      durationMs: expect.any(Number)
    })
  })

  it("reports a failed job with the record's operator and its cause, without a stack trace, and exits 1", async () => {
    const folder = makeFolder()
    const args = ["--", "--out", join(folder, "out"), "--fail-at", "30"]
    const command = ["run", tally, "--checkpoints", join(folder, "checkpoints"), "--json"]
    const [failed, debugged] = [
      await runTidemark([...command, ...args]),
      await runTidemark([...command, "--debug", ...args])
    ]
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('error: Job "tally" failed: Operator "check" (subtask 0) threw at')
    expect(failed.stderr).toContain("this number is not wanted")
    expect(failed.stderr).not.toMatch(/^ +at /m)
    expect(lastJson(failed.stdout)).toMatchObject({
      outcome: "failed",
      error: expect.stringContaining("this number is not wanted")
    })
    expect(debugged.code).toBe(1)
    expect(debugged.stderr).toMatch(/^ +at /m)
  })

  it("keeps checkpoints in .tidemark/checkpoints when neither the command nor the job names a directory", async () => {
    const folder = makeFolder()
    const run = await runTidemark(["run", join(repositoryRoot, tally), "--", "--out", "out"], {}, folder)
    expect(run.code).toBe(0)
    expect(existsSync(join(folder, ".tidemark/checkpoints/tally/log"))).toBe(true)
  })
})

describe("what cannot be run", () => {
  const fails = async (args: ReadonlyArray<string>): Promise<string> => {
    const run = await runTidemark(args)
    expect(run.stdout).toBe("")
    expect(run.code).toBe(2)
    return run.stderr
  }

  it("is a module that does not exist, has no default export, or exports something else", async () => {
    const folder = makeFolder()
    const module = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const errors = await Promise.all([
      fails(["run", join(folder, "nothing.ts")]),
      fails(["run", module("empty.mjs", "export const job = 1\n")]),
      fails(["run", module("other.mjs", "export default () => 1\n")]),
      fails(["explain", module("broken.mjs", 'throw new Error("no disk today")\n')])
    ])
    expect(errors[0]).toMatch(/^error: Module .*nothing.ts does not exist .* Give the path of a \.ts or \.js file/)
    expect(errors[1]).toMatch(
      /^error: Module .*empty.mjs has no default export\. A job module ends with `export default/
    )
    expect(errors[2]).toMatch(/^error: Module .*other.mjs exports something else by default than a job\./)
    expect(errors[3]).toMatch(/^error: Module .*broken.mjs could not be loaded: no disk today\n$/)
  })

  it("is an unknown option, of the job or of the command, and an impossible parallelism", async () => {
    const errors = await Promise.all([
      fails(["run", tally, "--", "--out", "o", "--recrods", "3"]),
      fails(["run", tally, "--out", "o"]),
      fails(["run", tally, "--parallelism", "0", "--", "--out", "o"]),
      fails(["run", tally, "--parallelism", "two", "--", "--out", "o"])
    ])
    expect(errors[0]).toContain("The job has no option --recrods. It has: --out VALUE, [--records VALUE], ")
    expect(errors[0]).toContain("[--is-manual]")
    expect(errors[1]).toContain("--out")
    expect(errors[1]).toContain("Options of the job itself stand behind --.")
    expect(errors[2]).toBe("error: --parallelism is 0; use a whole number of subtasks from 1 to 128.\n")
    expect(errors[3]).toContain("--parallelism")
  })

  it("is a Node that is too old, said before anything else is loaded", async () => {
    const guarded = await runTidemark(["--version"], { NODE_OPTIONS: `--import=data:text/javascript,${oldNode}` })
    expect(guarded.code).toBe(2)
    expect(guarded.stderr).toMatch(/^error: tidemark needs Node 24 or newer; this is Node 20\.1\.0/)
  })
})

const oldNode = encodeURIComponent('Object.defineProperty(process.versions, "node", { value: "20.1.0" })')
