/** Runs the command `tidemark-check` as from a shell, in a folder of its own. */
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll } from "vitest"
import { repositoryRoot } from "../../../scripts/repository.ts"

export const program = join(repositoryRoot, "packages/checker/bin/tidemark-check.js")

export const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))

/** Without what the test runner sets. */
export const environment = (): NodeJS.ProcessEnv => {
  const { NODE_OPTIONS: _, ...rest } = process.env
  return rest
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export const runCheck = (args: ReadonlyArray<string>, cwd: string = repositoryRoot): Ended => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [program, ...args], {
    cwd,
    env: environment(),
    encoding: "utf8"
  })
  return { code: status, stdout, stderr }
}

/** Inside of the checkout, so that packages are found; removed after the tests of the file. */
export const makeFolder = (): string => {
  mkdirSync(join(repositoryRoot, "out"), { recursive: true })
  const folder = mkdtempSync(join(repositoryRoot, "out/checker-"))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
