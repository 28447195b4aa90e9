/**
 * Apache Flink as an opponent: builds `test/bench/flink` with Maven and keeps one Java process that runs a query when asked.
 *
 * It is built only where `java` and `mvn` are on the PATH; Maven gets what it misses from its registry, once.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { on } from "node:events"
import { delimiter, join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { Schema } from "effect"

const project = fileURLToPath(new URL("../flink", import.meta.url))

const Measured = Schema.Struct({
  ...{ query: Schema.String, parallelism: Schema.Int, millis: Schema.Number, cpuMillis: Schema.Number },
  ...{ count: Schema.Number, sum: Schema.Number, checkpoints: Schema.Int }
})
export type Measured = typeof Measured.Type

const Loaded = Schema.Struct({ events: Schema.Int })
const decodeLoaded = Schema.decodeUnknownSync(Schema.fromJsonString(Loaded))
const decodeMeasured = Schema.decodeUnknownSync(Schema.fromJsonString(Measured))

const java = "java"
const maven = "mvn"

/** What a good operator gives a task manager of this size; the rest are Flink's own options for Java 17. */
const flags = [
  ...["-Xms4g", "-Xmx4g", "-XX:+UseParallelGC"],
  ...["java.util", "java.lang", "java.time"].map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`)
]

export interface FlinkFiles {
  readonly events: string
  readonly checkpoints: string
}

export interface Question {
  readonly query: string
  readonly parallelism: number
  /** Of all events, the first so many, so often over. */
  readonly events: number
  readonly passes: number
}

export class Flink {
  readonly #process: ChildProcess
  readonly #lines: AsyncIterator<unknown>

  private constructor(process: ChildProcess) {
    this.#process = process
    const { stdout } = process
    if (stdout === null) throw new Error("Flink's process has no output.")
    this.#lines = on(createInterface({ input: stdout }), "line", { close: ["close"] })
  }

  /** Answers why it cannot be measured here, or null. */
  static async build(): Promise<string | null> {
    for (const command of [java, maven]) {
      if ((await run(command, ["-version"])) !== 0) return `no ${command} on the PATH`
    }
    for (const offline of [["-o"], []]) {
      if ((await run(maven, ["-q", ...offline, "process-classes"])) === 0) return null
    }
    return "Maven could not build test/bench/flink"
  }

  /** Fails: when the process ends before it has read the events. */
  static async start({ checkpoints, events }: FlinkFiles): Promise<Flink> {
    const classes = [join(project, "target", "classes"), join(project, "target", "lib", "*")].join(delimiter)
    const args = [...flags, "-cp", classes, "tidemark.nexmark.Main", events, checkpoints]
    const flink = new Flink(spawn(java, args, { stdio: ["pipe", "pipe", "inherit"] }))
    decodeLoaded(await flink.#nextLine())
    return flink
  }

  async run({ events, parallelism, passes, query }: Question): Promise<Measured> {
    this.#process.stdin?.write(`${query} ${parallelism} ${events} ${passes}\n`)
    return decodeMeasured(await this.#nextLine())
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve))
    this.#process.stdin?.end()
    await ended
  }

  async #nextLine(): Promise<unknown> {
    const { done, value } = await this.#lines.next()
    if (done === true) throw new Error("Flink's process has ended; what it said stands above.")
    return Array.isArray(value) ? value[0] : value
  }
}

/** The exit code, or -1 where the command cannot be started. */
const run = (command: string, args: ReadonlyArray<string>): Promise<number> =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd: project, stdio: "ignore" })
    child.once("error", () => resolve(-1))
    child.once("exit", (code) => resolve(code ?? -1))
  })
