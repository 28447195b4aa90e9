import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, vi } from "vitest"
import { repositoryRoot } from "../../scripts/repository.ts"

export const bin = join(repositoryRoot, "packages/cli/bin/tidemark.js")

/** The job of these tests, as a user would name it. */
export const tally = "test/cli/fixtures/tally.ts"

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
}

const cleanUps: Array<() => void> = []

afterAll(() => {
  for (const cleanUp of cleanUps) cleanUp()
})

/** As in a shell: without what the test runner sets, so that the command finds its sources by itself. */
export const environment = (): NodeJS.ProcessEnv => {
  const { NODE_OPTIONS: _, npm_command: __, TIDEMARK_DEBUG: ___, ...rest } = process.env
  return rest
}

/** Starts the real command; it is killed when the tests of the file are over before it. */
export const startTidemark = (
  args: ReadonlyArray<string>,
  env: NodeJS.ProcessEnv = {},
  cwd: string = repositoryRoot
): Running => {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { ...environment(), ...env },
    stdio: ["ignore", "pipe", "pipe"]
  })
  cleanUps.push(() => child.kill("SIGKILL"))
  let stdout = ""
  let stderr = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
  })
  const ended = once(child, "close").then(() => ({ code: child.exitCode, signal: child.signalCode, stdout, stderr }))
  return { process: child, ended }
}

export const runTidemark = (...given: Parameters<typeof startTidemark>): Promise<Ended> => startTidemark(...given).ended

/** A folder of its own, removed after the tests of the file. */
export const makeFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-cli-"))
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export const copyFolder = (folder: string): string => {
  const copy = makeFolder()
  cpSync(folder, copy, { recursive: true })
  return copy
}

/** The lines of all visible files, sorted. */
export const visibleLines = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
    .filter((line) => line !== "")
    .sort()

/** Waits until something became visible: the job is at work and a checkpoint has completed. */
export const untilVisible = (folder: string): Promise<unknown> =>
  vi.waitFor(() => expect(visibleLines(folder).length).toBeGreaterThan(0), { timeout: 60_000, interval: 20 })

export const lastJson = (stdout: string): Readonly<Record<string, unknown>> => {
  const parsed: unknown = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "")
  if (typeof parsed !== "object" || parsed === null) throw new Error(`This is no JSON object: ${stdout}`)
  return { ...parsed }
}
