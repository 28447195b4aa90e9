/** `tidemark status`, `savepoint`, `stop` and `cancel` against a real process, through its control socket. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { connect } from "node:net"
import { dirname, join } from "node:path"
import { beforeAll, describe, expect, it, vi } from "vitest"
import { isOwnSocket } from "../../packages/cli/src/control/controlFile.ts"
import { expectedLines } from "./fixtures/tally.ts"
import { runHere } from "./runHere.ts"
import { lastJson, makeFolder, type Running, runTidemark, startTidemark, tally, visibleLines } from "./runTidemark.ts"

const records = 20_000
/** Deeper than the path of a socket may be long. */
const deep = Array.from({ length: 12 }, (_, i) => `a-folder-of-some-depth-${i}`).join("/")

const checkpointsIn = (folder: string): string => join(folder, deep, "checkpoints")
const controlFile = (folder: string): string => join(checkpointsIn(folder), "tally/.control.json")

const run = (
  folder: string,
  options: ReadonlyArray<string> = [],
  pauseMs: number | null = 5
): ReadonlyArray<string> => [
  ...["run", tally, "--checkpoints", checkpointsIn(folder), "--json", ...options],
  ...["--", "--out", join(folder, "out"), "--records", String(records)],
  ...(pauseMs === null ? [] : ["--pause-ms", String(pauseMs)])
]

const socketIn = (folder: string): string => JSON.parse(readFileSync(controlFile(folder), "utf8")).socket

/** Waits until the job is at work and has a socket, another one than that of a process that is gone. */
const start = async (folder: string, stale = "none"): Promise<Running> => {
  const running = startTidemark(run(folder))
  await vi.waitFor(() => expect(socketIn(folder)).not.toBe(stale), { timeout: 60_000, interval: 20 })
  await vi.waitFor(() => expect(visibleLines(join(folder, "out")).length).toBeGreaterThan(0), {
    ...{ timeout: 60_000, interval: 20 }
  })
  return running
}

const ask = (command: string, folder: string, ...options: ReadonlyArray<string>) =>
  runHere([command, checkpointsIn(folder), "--json", ...options])

const expectComplete = (folder: string): void => {
  expect(visibleLines(join(folder, "out"))).toEqual(expectedLines(records))
}

describe("a job that runs", () => {
  const folder = makeFolder()
  let running: Running
  let socket: string
  let saved: { readonly id: number; readonly path: string }

  beforeAll(async () => {
    running = await start(folder)
    socket = socketIn(folder)
  })

  it("has a control socket that only its user can reach, however deep its directory is", () => {
    expect(controlFile(folder).length).toBeGreaterThan(200)
    expect(socket.length).toBeLessThan(100)
    expect(statSync(socket).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(socket)).mode & 0o777).toBe(0o700)
    expect(statSync(controlFile(folder)).mode & 0o777).toBe(0o600)
    expect(isOwnSocket(socket)).toBe(true)
  })

  it("says how it stands", async () => {
    const { code, stdout } = await ask("status", folder)
    expect(code).toBe(0)
    const status = lastJson(stdout)
    expect(status).toMatchObject({ isRunning: true, job: "tally", status: "running", reliability: 1, restarts: 0 })
    expect(status.holder).toBe(`process ${running.process.pid}`)
    const text = await runHere(["status", checkpointsIn(folder)])
    expect(text.stdout).toMatch(/^tally running\n {2}process +process \d+\n/)
  })

  it("takes a savepoint and runs on", async () => {
    const { code, stdout } = await ask("savepoint", folder)
    expect(code).toBe(0)
    const { savepoint } = lastJson(stdout)
    saved = JSON.parse(JSON.stringify(savepoint))
    expect(existsSync(saved.path)).toBe(true)
    const listed = await runHere(["checkpoints", "list", checkpointsIn(folder), "--json"])
    expect(JSON.parse(listed.stdout)).toContainEqual(expect.objectContaining({ ...saved, kind: "savepoint" }))
    expect(lastJson((await ask("status", folder)).stdout)).toMatchObject({ status: "running", savepoint: saved })
  })

  it.each([
    ["nonsense", "nonsense\n", "does not know this request"],
    ["an unknown request", '{"ask":"explode"}\n', "does not know this request"],
    ["a request without an end", "x".repeat(10_000), ""]
  ])("is not impressed by %s", async (_, said, answer) => {
    const heard = await new Promise<string>((resolve) => {
      let text = ""
      const client = connect(socket, () => client.write(said))
      client.on("data", (data) => {
        text += String(data)
      })
      client.on("error", () => {})
      client.on("close", () => resolve(text))
    })
    expect(heard).toContain(answer)
    expect(lastJson((await ask("status", folder)).stdout)).toMatchObject({ isRunning: true })
  })

  it("stops with a savepoint, answers when it has ended, and leaves nothing of its socket", async () => {
    const { code, stdout } = await ask("stop", folder, "--savepoint")
    expect(code).toBe(0)
    const done = lastJson(stdout)
    expect(done).toMatchObject({ job: "tally", outcome: "stopped", savepoint: { id: expect.any(Number) } })
    const ended = await running.ended
    expect(ended.code).toBe(0)
    expect(lastJson(ended.stdout)).toMatchObject({ outcome: "stopped", savepoint: done.savepoint })
    expect(existsSync(controlFile(folder))).toBe(false)
    expect(existsSync(dirname(socket))).toBe(false)
    expect(visibleLines(join(folder, "out")).length).toBe(lastJson(ended.stdout).recordsOut)
  })

  it("is then known as stopped, and is not operated any more", async () => {
    expect(lastJson((await ask("status", folder)).stdout)).toMatchObject({ isRunning: false, end: "stopped" })
    for (const command of ["savepoint", "stop", "cancel"]) {
      const { code, error } = await ask(command, folder)
      expect(code).toBe(1)
      expect(error).toMatch(/Job "tally" does not run: it was stopped\. Running it again goes on from savepoint \d+ of/)
    }
  })

  it("is run from the savepoint that is named, over output that is rewound, and leaves it untouched", async () => {
    const before = readFileSync(saved.path, "utf8")
    const refused = await runTidemark(run(folder, ["--resume", String(saved.id)], null))
    expect(refused.code).toBe(3)
    const again = await runTidemark(run(folder, ["--resume", saved.path, "--no-claim", "--rewind-output"], null))
    expect(again.code).toBe(0)
    expect(lastJson(again.stdout)).toMatchObject({ outcome: "finished", restored: saved.id })
    expectComplete(folder)
    expect(readFileSync(saved.path, "utf8")).toBe(before)
    const status = await runHere(["status", checkpointsIn(folder)])
    expect(status.stdout).toBe(`Job "tally" does not run: it has finished (20,000 records).\n`)
  })

  it("--claim is about a checkpoint that --resume names", async () => {
    const { code, stderr } = await runTidemark(run(folder, ["--resume", "latest", "--claim"], null))
    expect(code).toBe(2)
    expect(stderr).toContain("--claim is about a checkpoint that --resume names, and --resume latest names none.")
  })
})

describe("a job whose process was killed", () => {
  it("leaves a stale socket, which is recognised; the next run has one of its own and can be cancelled", async () => {
    const folder = makeFolder()
    const first = await start(folder)
    const stale = socketIn(folder)
    first.process.kill("SIGKILL")
    await first.ended
    expect(existsSync(stale)).toBe(true)
    const status = lastJson((await ask("status", folder)).stdout)
    expect(status).toMatchObject({ isRunning: false, end: "crashed", checkpoint: { kind: "checkpoint" } })
    const refused = await ask("stop", folder)
    expect(refused.code).toBe(1)
    expect(refused.error).toContain("its process was killed or has crashed")

    const second = await start(folder, stale)
    const cancelled = await ask("cancel", folder)
    expect(cancelled.code).toBe(0)
    expect(lastJson(cancelled.stdout)).toMatchObject({ outcome: "cancelled" })
    expect((await second.ended).code).toBe(0)
    expect(lastJson((await ask("status", folder)).stdout)).toMatchObject({ isRunning: false, end: "cancelled" })
    expect((await runTidemark(run(folder, ["--resume", "latest"], null))).code).toBe(0)
    expectComplete(folder)
  })
})

describe("a drain", () => {
  it("finishes the job: nothing is left to do", async () => {
    const folder = makeFolder()
    const running = await start(folder)
    const drained = lastJson((await ask("stop", folder, "--drain")).stdout)
    expect(drained).toMatchObject({ outcome: "finished", savepoint: null })
    expect((await running.ended).code).toBe(0)
    expect(visibleLines(join(folder, "out"))).toHaveLength(Number(drained.records))
    expect(visibleLines(join(folder, "out"))).toEqual(expectedLines(Number(drained.records)))
    const again = await runTidemark(run(folder, [], null))
    expect(again.code).toBe(0)
    expect(again.stderr).toContain("has already finished")
  })
})

describe("a control file that somebody else has made", () => {
  it("is not trusted: what it names is no socket of ours", async () => {
    const folder = makeFolder()
    mkdirSync(join(folder, "open"), { mode: 0o755 })
    writeFileSync(join(folder, "open/s"), "no socket")
    expect(isOwnSocket(join(folder, "open/s"))).toBe(false)
    expect(isOwnSocket(join(folder, "nothing/s"))).toBe(false)
  })
})
