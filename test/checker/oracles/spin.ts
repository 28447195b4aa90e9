/**
 * Runs models in Promela with SPIN, where it is installed: a model checker that shares nothing with ours.
 *
 * Exact search without partial-order reduction, so that it visits every state and edge.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

export interface SpinCount {
  readonly states: number
  readonly edges: number
  /** As SPIN measures it: the search alone. */
  readonly seconds: number
}

export interface SpinModel {
  /** Searches once; each call is a new process. */
  readonly search: () => SpinCount
  readonly remove: () => void
}

/** Whether `spin` and a C compiler are there. */
export const isSpinInstalled = (): boolean =>
  [
    ["spin", "-V"],
    ["gcc", "--version"]
  ].every(([command = "", ...args]) => spawnSync(command, args).status === 0)

export interface SpinOptions {
  /** Values of the model's constants. */
  readonly defines?: Readonly<Record<string, number>>
  /** For measuring: the compiler optimises, and the table has 2^24 slots, so that it is never crowded. */
  readonly isFast?: boolean
}

/** Compiles a model beside this file. */
export const compileSpinModel = (file: string, { defines = {}, isFast = false }: SpinOptions): SpinModel => {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-spin-"))
  const model = fileURLToPath(new URL(file, import.meta.url))
  run("spin", ["-a", ...Object.entries(defines).map(([name, value]) => `-D${name}=${value}`), model], folder)
  run("gcc", [isFast ? "-O2" : "-O0", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"], folder)
  return {
    // Invalid end states are none of ours.
    search: () => countOf(run(join(folder, "pan"), ["-E", "-m1000000", isFast ? "-w24" : "-w16"], folder)),
    remove: () => rmSync(folder, { recursive: true, force: true })
  }
}

const run = (command: string, args: ReadonlyArray<string>, cwd: string): string => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" })
  if (status === 0) return stdout
  throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? `${stdout}\n${stderr}`}`)
}

const countOf = (output: string): SpinCount => {
  const figure = (pattern: RegExp): number => {
    const text = pattern.exec(output)?.[1]
    if (text === undefined) throw new Error(`SPIN's report has nothing like ${pattern}:\n${output}`)
    return Number(text)
  }
  if (figure(/errors: (\d+)/) !== 0 || output.includes("max search depth too small")) {
    throw new Error(`SPIN's search did not come to its end:\n${output}`)
  }
  return {
    states: figure(/(\d+) states, stored/),
    // SPIN counts the initial state as a transition.
    edges: figure(/(\d+) transitions/) - 1,
    seconds: figure(/elapsed time ([\d.]+) seconds/)
  }
}
