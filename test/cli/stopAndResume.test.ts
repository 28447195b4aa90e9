import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { FileStorage } from "@tidemark/backends/file"
import { Job } from "@tidemark/core"
import { Effect } from "effect"
import { beforeAll, describe, expect, it, vi } from "vitest"
import { repositoryRoot } from "../../scripts/repository.ts"
import tallyJob, { expectedLines } from "./fixtures/tally.ts"
import { runHere } from "./runHere.ts"
import {
  bin,
  copyFolder,
  environment,
  lastJson,
  makeFolder,
  runTidemark,
  startTidemark,
  tally,
  untilVisible,
  visibleLines
} from "./runTidemark.ts"

const records = 3_000

/** The job in a folder; slow enough to be met at work. */
const command = (folder: string, options: ReadonlyArray<string> = [], args: ReadonlyArray<string> = []) => [
  ...["run", tally, "--checkpoints", join(folder, "checkpoints"), "--json", ...options],
  ...["--", "--out", join(folder, "out"), "--records", String(records), ...args]
]

const slowly = ["--pause-ms", "10"]

const expectComplete = (folder: string): void => {
  expect(visibleLines(join(folder, "out"))).toEqual(expectedLines(records))
}

/** A folder in which the job was stopped by SIGTERM after several checkpoints. */
let stopped: string

beforeAll(async () => {
  stopped = makeFolder()
  const run = startTidemark(command(stopped, [], slowly))
  await untilVisible(join(stopped, "out"))
  const second = await runTidemark(command(stopped))
  expect(second.code).toBe(3)
  expect(second.stderr).toMatch(
    new RegExp(
      `^error: Checkpoint directory .* is in use by process ${run.process.pid} on host ".*" since 20.*Z\\. Stop`
    )
  )
  run.process.kill("SIGTERM")
  const ended = await run.ended
  expect(ended.code).toBe(0)
  expect(ended.stderr).toContain("SIGTERM: taking one more checkpoint")
  const report = lastJson(ended.stdout)
  expect(report).toMatchObject({ outcome: "stopped" })
  expect(visibleLines(join(stopped, "out")).length).toBeLessThan(records)
  expect(report.recordsOut).toBe(visibleLines(join(stopped, "out")).length)
})

describe("a job that was stopped", () => {
  it("goes on where it stopped, at another parallelism, and its output is complete, each line once", async () => {
    const folder = copyFolder(stopped)
    const run = await runTidemark(command(folder, ["--parallelism", "2"]))
    expect(run.code).toBe(0)
    expect(lastJson(run.stdout)).toMatchObject({ outcome: "finished", restored: expect.any(Number) })
    expectComplete(folder)
  })

  it("at once by a second signal exits with its number and can be resumed", async () => {
    const folder = makeFolder()
    const run = startTidemark(command(folder, [], slowly))
    await untilVisible(join(folder, "out"))
    // Both are pending when it goes on; which one it meets first is the kernel's choice.
    for (const signal of ["SIGSTOP", "SIGINT", "SIGTERM", "SIGCONT"] as const) run.process.kill(signal)
    const ended = await run.ended
    const second = ended.code === 130 ? "SIGINT" : "SIGTERM"
    expect([130, 143]).toContain(ended.code)
    expect(ended.stderr).toContain(`Job "tally" was stopped at once by a second signal (${second}).`)
    expect((await runTidemark(command(folder))).code).toBe(0)
    expectComplete(folder)
  })

  it("with the npx that started it killed dies with it, and can be resumed", async () => {
    const folder = makeFolder()
    // A shell stands between npx and the command where it does not replace itself.
    const script = `"${process.execPath}" "${bin}" ${command(folder, [], slowly).join(" ")}; true`
    const launcher = spawn(
      process.execPath,
      ["--eval", `require("node:child_process").spawn("sh", ["-c", ${JSON.stringify(script)}], { stdio: "ignore" })`],
      { cwd: repositoryRoot, env: { ...environment(), npm_command: "exec" }, stdio: "ignore" }
    )
    await untilVisible(join(folder, "out"))
    const holder = readFileSync(join(folder, "checkpoints/.holder.json"), "utf8")
    const child = Number(/process (\d+)/.exec(holder)?.[1])
    expect(process.kill(child, 0)).toBe(true)
    launcher.kill("SIGKILL")
    await once(launcher, "close")
    await vi.waitFor(() => expect(() => process.kill(child, 0)).toThrow("ESRCH"), { timeout: 60_000, interval: 20 })
    expect(visibleLines(join(folder, "out")).length).toBeLessThan(records)
    expect((await runTidemark(command(folder))).code).toBe(0)
    expectComplete(folder)
  })
})

describe("--resume", () => {
  const firstPath = async (folder: string): Promise<string> => {
    const listed = await runHere(["checkpoints", "list", join(folder, "checkpoints"), "--json"])
    const checkpoints: ReadonlyArray<{ readonly path: string }> = JSON.parse(listed.stdout)
    expect(checkpoints.length).toBeGreaterThan(1)
    return checkpoints[0]?.path ?? ""
  }

  it("never is refused where output is visible already, unless it may be rewound", async () => {
    const folder = copyFolder(stopped)
    const before = visibleLines(join(folder, "out"))
    const refused = await runTidemark(command(folder, ["--resume", "never"]))
    expect(refused.code).toBe(3)
    expect(refused.stderr).toMatch(
      /^error: Sink "report" shows output of checkpoint \d+ in .*out, newer than an empty start/
    )
    expect(refused.stderr).toContain("--rewind-output")
    expect(visibleLines(join(folder, "out"))).toEqual(before)

    const rewound = await runTidemark(command(folder, ["--resume", "never", "--rewind-output"]))
    expect(rewound.code).toBe(0)
    expect(lastJson(rewound.stdout)).toMatchObject({ restored: null, recordsIn: records })
    expectComplete(folder)
  })

  it("PATH starts from the checkpoint of that log entry", async () => {
    const folder = copyFolder(stopped)
    const path = await firstPath(folder)
    const refused = await runHere(command(folder, ["--resume", path]))
    expect(refused.code).toBe(3)
    expect(refused.error).toMatch(/newer than checkpoint \d+: going on would repeat records/)

    const rewound = await runTidemark(command(folder, ["--resume", path, "--rewind-output"]))
    expect(rewound.code).toBe(0)
    const restored = Number(/newer than checkpoint (\d+)/.exec(refused.error)?.[1])
    expect(lastJson(rewound.stdout)).toMatchObject({ outcome: "finished", restored })
    expectComplete(folder)
  })

  it("PATH of something that is no completed checkpoint is an error that says what to give", async () => {
    const ofClaim = await runHere(
      command(stopped, ["--resume", join(stopped, "checkpoints/tally/log/0000000001.json")])
    )
    expect(ofClaim.code).toBe(2)
    expect(ofClaim.error).toContain("it is an entry of another kind (Claim), no checkpoint.")
    const elsewhere = await runHere(command(stopped, ["--resume", await firstPath(copyFolder(stopped))]))
    expect(elsewhere.code).toBe(2)
    expect(elsewhere.error).toContain('it is no entry in the log of job "tally" in file ')
    const ofNothing = await runHere(command(stopped, ["--resume", "newest"]))
    expect(ofNothing.code).toBe(2)
    expect(ofNothing.error).toMatch(
      /^--resume newest: there is no such file\. Use latest, on-failure, never, savepoint, or/
    )
  })
})

describe("a job that was cancelled", () => {
  it("is left alone, and gone on with by --resume latest", async () => {
    const folder = makeFolder()
    const defined = tallyJob.make({ out: join(folder, "out"), records, pauseMs: 10 })
    const storage = FileStorage.at(join(folder, "checkpoints"))
    const cancel = Effect.gen(function* () {
      const job = yield* Job.start({ ...defined, checkpoint: { ...defined.checkpoint, storage } })
      yield* Effect.promise(() => untilVisible(join(folder, "out")))
      yield* job.cancel
      return yield* job.await
    })
    expect(await Effect.runPromise(Effect.scoped(cancel))).toMatchObject({ outcome: "cancelled" })

    const left = await runHere(command(folder))
    expect(left.code).toBe(0)
    expect(lastJson(left.stdout)).toMatchObject({ outcome: "alreadyEnded", end: "cancelled" })
    const resumed = await runHere(command(folder, ["--resume", "latest"]))
    expect(lastJson(resumed.stdout)).toMatchObject({ outcome: "finished", restored: expect.any(Number) })
    expectComplete(folder)
  })
})

it("a pipeline that changed is refused, naming what does not fit", async () => {
  const run = await runHere(command(stopped, [], ["--tally-name", "sums"]))
  expect(run.code).toBe(3)
  expect(run.error).toMatch(/^Pipeline "tally" does not fit checkpoint \d+: .*"tally".*Nothing was touched\./)
})
