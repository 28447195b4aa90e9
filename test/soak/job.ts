/** The job of the soak: two subtasks on two threads, a checkpoint every 50 milliseconds, its output in files. */
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { repositoryRoot } from "../../scripts/repository.ts"
import { expectedLines } from "../cli/fixtures/tally.ts"

const batch = 10
const pauseMs = 20

/** What the source gives on a machine that has time for it; it pauses between batches and never makes up for a delay. */
export const recordsPerSecond = (batch * 1_000) / pauseMs

export class SoakJob {
  readonly #folder: string
  readonly records: number

  constructor(folder: string, records: number) {
    this.#folder = folder
    this.records = records
    mkdirSync(join(folder, "out"), { recursive: true })
  }

  /** Runs on from where the last process was killed. With `samples` every thread writes there what it holds. */
  start(samples: string | null): ChildProcess {
    const sampler = pathToFileURL(join(repositoryRoot, "test/soak/sampler.ts")).href
    return spawn(
      process.execPath,
      [
        ...(samples === null ? [] : ["--expose-gc", `--import=${sampler}`]),
        ...[join(repositoryRoot, "packages/cli/bin/tidemark.js"), "run", "test/cli/fixtures/tally.ts"],
        ...["--checkpoints", join(this.#folder, "checkpoints"), "--parallelism", "2", "--threads", "2", "--"],
        ...["--out", join(this.#folder, "out"), "--records", String(this.records), "--pauseMs", String(pauseMs)]
      ],
      {
        cwd: repositoryRoot,
        env: { ...process.env, ...(samples === null ? {} : { TIDEMARK_SOAK_SAMPLES: samples }) },
        stdio: ["ignore", "ignore", "pipe"]
      }
    )
  }

  checkpointFiles(): number {
    const folder = join(this.#folder, "checkpoints")
    if (!existsSync(folder)) return 0
    return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).length
  }

  /** Null when every line of the output is there once; otherwise what to look at. */
  outputProblem(): string | null {
    const out = join(this.#folder, "out")
    const visible = readdirSync(out)
      .filter((name) => !name.startsWith("."))
      .flatMap((name) => readFileSync(join(out, name), "utf8").split("\n"))
      .filter((line) => line !== "")
      .sort()
    const isExact = JSON.stringify(visible) === JSON.stringify(expectedLines(this.records))
    return isExact ? null : `the output in ${out} is not what ${this.records} records give`
  }
}

/** The last words of a process, for the case that it fails. */
export const lastWords = (child: ChildProcess): (() => string) => {
  let text = ""
  child.stderr?.setEncoding("utf8").on("data", (more: string) => {
    text = (text + more).slice(-2_000)
  })
  return () => text
}
