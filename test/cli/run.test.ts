import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { repositoryRoot } from "../../scripts/repository.ts"
import { expectedLines } from "./fixtures/tally.ts"
import { runHere } from "./runHere.ts"
import { lastJson, makeFolder, runTidemark, tally, visibleLines } from "./runTidemark.ts"

describe("tidemark run", () => {
  it("runs a job to its end and prints one JSON object; run again it says that the job has finished", async () => {
    const folder = makeFolder()
    const out = join(folder, "out")
    const command = ["run", tally, "--checkpoints", join(folder, "checkpoints"), "--parallelism", "2", "--json"].concat(
      // Starting threads takes so long on a busy machine that there would be progress to show.
      ["--threads", "0", "--", `--out=${out}`, "--records", "50"]
    )
    const first = await runTidemark(command)
    expect(first.stderr).toBe("")
    expect(first.code).toBe(0)
    expect(first.stdout.trimEnd().split("\n")).toHaveLength(1)
    expect(lastJson(first.stdout)).toMatchObject({
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
    expect(visibleLines(out)).toEqual(expectedLines(50))

    const again = await runTidemark(command)
    expect(again.code).toBe(0)
    expect(again.stderr).toBe(
      'Job "tally" has already finished (50 records): nothing to do, nothing was changed.\n' +
        "For another input or a changed pipeline: other --checkpoints and output, or --resume never --rewind-output.\n"
    )
    expect(lastJson(again.stdout)).toMatchObject({
      outcome: "alreadyEnded",
      end: "finished",
      recordsIn: 0,
      position: { records: 50 }
    })
    expect(visibleLines(out)).toEqual(expectedLines(50))
  })

  it("prints a report for people", async () => {
    const folder = makeFolder()
    const run = await runHere(["run", tally, "--checkpoints", folder, "--", "--out", join(folder, "out")])
    expect(run.stdout).toMatch(/^tally finished in .*\n.*100 read in this run.* 100 in all, 100 written, 0 late\n/)
    expect(run.stdout).toContain("completed, 0 invalidated, R 1.000")
  })

  it("reports a failed job with the record's operator and its cause, without a stack trace, and exits 1", async () => {
    const folder = makeFolder()
    const command = ["run", tally, "--checkpoints", join(folder, "checkpoints"), "--json"]
    const run = await runTidemark([...command, "--", "--out", join(folder, "out"), "--fail-at", "30"])
    expect(run.code).toBe(1)
    expect(run.stderr).toContain('error: Job "tally" failed: Operator "check" (subtask 0) threw at')
    expect(run.stderr).toContain("this number is not wanted")
    expect(run.stderr).not.toMatch(/^ +at /m)
    expect(lastJson(run.stdout)).toMatchObject({
      outcome: "failed",
      error: expect.stringContaining("this number is not wanted")
    })
  })

  it("keeps checkpoints in .tidemark/checkpoints where nobody names a directory, and prints stack traces if asked", async () => {
    const folder = makeFolder()
    const command = ["run", join(repositoryRoot, tally), "--debug", "--", "--out", "out", "--fail-at", "30"]
    const run = await runTidemark(command, {}, folder)
    expect(run.code).toBe(1)
    expect(run.stderr).toMatch(/^ +at /m)
    expect(existsSync(join(folder, ".tidemark/checkpoints/tally/log"))).toBe(true)
  })
})

describe("what cannot be run", () => {
  const errorOf = async (args: ReadonlyArray<string>): Promise<string> => {
    const run = await runHere(args)
    expect(run.stdout).toBe("")
    expect(run.code).toBe(2)
    return run.error
  }

  it("is a module that does not exist, has no default export, exports something else, or throws", async () => {
    const folder = makeFolder()
    const module = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    expect(await errorOf(["run", join(folder, "nothing.ts")])).toMatch(
      /^Module .*nothing.ts does not exist .* Give the path of a \.ts or \.js file/
    )
    expect(await errorOf(["run", folder])).toMatch(/^Module .* is not a file /)
    expect(await errorOf(["run", module("empty.mjs", "export const job = 1\n")])).toMatch(
      /^Module .*empty.mjs has no default export\. A job module ends with `export default/
    )
    expect(await errorOf(["run", module("other.mjs", "export default () => 1\n")])).toMatch(
      /^Module .*other.mjs exports something else by default than a job\./
    )
    expect(await errorOf(["explain", module("broken.mjs", 'throw new Error("no disk today")\n')])).toMatch(
      /^Module .*broken.mjs could not be loaded: no disk today\. A job module ends with /
    )
  })

  it("is a job whose own options are unknown, missing or unfit", async () => {
    const ofJob = (...options: ReadonlyArray<string>) => errorOf(["run", tally, "--", ...options])
    const unknown = await ofJob("--out", "o", "--recrods", "3")
    expect(unknown).toContain("The job has no option --recrods. It has: --out VALUE, [--records VALUE], ")
    expect(unknown).toContain("[--is-manual]")
    expect(await ofJob("--records", "3")).toContain("Option --out is missing.")
    expect(await ofJob("--out", "o", "--records", "many")).toContain("Option --records: expected a string")
  })

  it("is an impossible parallelism", async () => {
    expect(await errorOf(["run", tally, "--parallelism", "0", "--", "--out", "o"])).toBe(
      "--parallelism is 0; use a whole number of subtasks from 1 to 128."
    )
  })

  it("is an option that the command does not know: perhaps it is the job's", async () => {
    const run = await runTidemark(["run", tally, "--out", "o"])
    expect(run.code).toBe(2)
    expect(run.stdout).toBe("")
    expect(run.stderr).toMatch(
      /^error: .*--out.*\nOptions of the job itself stand behind --\.\nTry: tidemark run --help\n$/
    )
  })

  it("is a Node that is too old, said before anything else is loaded", async () => {
    const guarded = await runTidemark(["--version"], { NODE_OPTIONS: `--import=data:text/javascript,${oldNode}` })
    expect(guarded.code).toBe(2)
    expect(guarded.stderr).toMatch(/^error: tidemark needs Node 24 or newer; this is Node 20\.1\.0/)
  })
})

const oldNode = encodeURIComponent('Object.defineProperty(process.versions, "node", { value: "20.1.0" })')

describe("tidemark explain", () => {
  it("shows the plan as text and as a Mermaid flowchart, and runs nothing", async () => {
    const folder = makeFolder()
    const args = ["--parallelism", "3", "--", "--out", join(folder, "out")]
    const text = await runHere(["explain", tally, ...args])
    expect(text.stdout).toMatch(/^pipeline "tally"\n\ntask "numbers" \(parallelism 3 on \d+ worker threads?\)/)
    const mermaid = await runHere(["explain", tally, "--mermaid", ...args])
    expect(mermaid.stdout).toMatch(/^flowchart TD\n/)
    expect(existsSync(join(folder, "out"))).toBe(false)
  })
})
