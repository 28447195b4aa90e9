/**
 * A job that is killed with SIGKILL while it takes a savepoint, or while it stops with one: what it shows in the end is
 * what a job shows that nobody has killed, and every savepoint that stands can be read.
 */
import { join } from "node:path"
import { describe, expect, it, vi } from "vitest"
import { seededRandom } from "../../packages/core/src/testing/seededRandom.ts"
import { expectedLines } from "../cli/fixtures/tally.ts"
import { runHere } from "../cli/runHere.ts"
import { makeFolder, runTidemark, startTidemark, tally, visibleLines } from "../cli/runTidemark.ts"
import { seedOfRun } from "../support/seedOfRun.ts"

const records = 20_000
const seed = seedOfRun("savepointKills")
const random = seededRandom(seed)

const timeout = 120_000

interface Listed {
  readonly id: number
  readonly kind: string
}

const command = (folder: string, pauseMs: number | null, options: ReadonlyArray<string> = []) => [
  ...["run", tally, "--checkpoints", join(folder, "checkpoints"), ...options],
  ...["--", "--out", join(folder, "out"), "--records", String(records)],
  ...(pauseMs === null ? [] : ["--pause-ms", String(pauseMs)])
]

const listed = async (folder: string): Promise<ReadonlyArray<Listed>> => {
  const { code, stdout } = await runHere(["checkpoints", "list", join(folder, "checkpoints"), "--json"])
  return code === 0 ? JSON.parse(stdout) : []
}

/** Starts the job, asks it for something at work, and kills it a few milliseconds later. */
const killWhile = async (folder: string, asked: ReadonlyArray<string>, laterMs: number): Promise<void> => {
  const run = startTidemark(command(folder, 5))
  const place = [join(folder, "checkpoints"), "--json"]
  await vi.waitFor(async () => expect((await runHere(["status", ...place])).stdout).toContain('"status":"running"'), {
    ...{ timeout: 60_000, interval: 20 }
  })
  const [name = "", ...flags] = asked
  const answer = runHere([name, ...place, ...flags])
  await new Promise((resolve) => setTimeout(resolve, laterMs))
  run.process.kill("SIGKILL")
  await Promise.all([run.ended, answer])
}

describe(`killed with SIGKILL (seed ${seed})`, () => {
  it.each([
    ["while it takes a savepoint", ["savepoint"]],
    ["while it stops with a savepoint", ["stop", "--savepoint"]],
    ["while it is drained, and named to go on", ["stop", "--drain", "--savepoint"]]
  ])(
    "%s: every record counts once, and what stands can be read",
    async (_, asked) => {
      const folder = makeFolder()
      for (let kill = 0; kill < 2; kill++) {
        await killWhile(folder, asked, Math.floor(random() * 30))
        expect((await runHere(["checkpoints", "verify", join(folder, "checkpoints")])).code).toBe(0)
      }
      const newest = (await listed(folder)).at(-1)
      // Drained, the job would have finished with what was read: whoever names the checkpoint goes on from it.
      const from = newest?.kind === "finalSavepoint" ? ["--resume", String(newest.id)] : []
      const last = await runTidemark(command(folder, null, from))
      expect(last).toMatchObject({ code: 0 })
      expect(visibleLines(join(folder, "out"))).toEqual(expectedLines(records))
      const verified = await runHere(["checkpoints", "verify", join(folder, "checkpoints"), "--json"])
      expect(verified.code).toBe(0)
    },
    timeout
  )
})
