/** A project of somebody else: the packages as they would be published, installed far away from the workspace. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { compilePackages, publishedPackages } from "../../scripts/packages/compile.ts"
import { stagePackage } from "../../scripts/packages/stage.ts"
import { repositoryRoot } from "../../scripts/repository.ts"

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

const workspaceBin = join(repositoryRoot, "node_modules", ".bin")

/** As in a shell with a Node that is new enough: without what the test runner and npm set. */
const environment = (): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$|VITEST|NODE_ENV$)/i.test(name))
  return { ...Object.fromEntries(kept), PATH: `${workspaceBin}${delimiter}${process.env.PATH ?? ""}` }
}

export const start = (cwd: string, command: string, args: ReadonlyArray<string>): Running => {
  const child = spawn(command, args, { cwd, env: environment(), stdio: ["ignore", "pipe", "pipe"] })
  let stdout = ""
  let stderr = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
  })
  return { child, ended: once(child, "close").then(() => ({ code: child.exitCode, stdout, stderr })) }
}

export const run = (cwd: string, command: string, ...args: ReadonlyArray<string>): Promise<Ended> =>
  start(cwd, command, args).ended

/** Runs to the end, and throws what the command said when it fails. */
export const runWell = async (cwd: string, command: string, ...args: ReadonlyArray<string>): Promise<string> => {
  const { code, stderr, stdout } = await run(cwd, command, ...args)
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`)
  return stdout
}

/** A command of the workspace's development dependencies. */
export const tool = (name: string): string => join(workspaceBin, name)

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), "tidemark-packages-"))

export interface Packed {
  readonly name: string
  /** What is published, as a folder. */
  readonly folder: string
  readonly tarball: string
}

/** Builds the packages from the sources of today and packs each. */
export const packAll = async (root: string): Promise<ReadonlyArray<Packed>> => {
  const compiled = join(root, "build")
  const problem = compilePackages(compiled)
  if (problem !== null) throw new Error(`The packages do not compile:\n${problem}`)
  return Promise.all(
    publishedPackages.map(async (name) => {
      const folder = join(root, "staged", name)
      stagePackage(name, compiled, folder)
      const file = (await runWell(folder, "npm", "pack", "--silent", "--pack-destination", root)).trim()
      return { name, folder, tarball: join(root, file) }
    })
  )
}

/** Dependencies of a project around the packages; those of the packages themselves come with them. */
const others = ["effect@^4.1.0", "@types/node@^24"]

/**
 * Installs the tarballs into an empty project. Their dependencies come from npm's cache or from the registry; without
 * both there is nothing to test, and npm says what it could not get. No package needs its install script.
 */
export const install = async (folder: string, packed: ReadonlyArray<Packed>): Promise<void> => {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }))
  const quiet = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
  await runWell(folder, "npm", "install", ...quiet, ...packed.map(({ tarball }) => tarball), ...others)
  const fixtures = join(import.meta.dirname, "fixtures", "consumer")
  for (const file of readdirSync(fixtures)) cpSync(join(fixtures, file), join(folder, file))
}
