import { type ChildProcess, fork } from "node:child_process"
import { on, once } from "node:events"
import { fileURLToPath } from "node:url"
import { Schema } from "effect"
import { WorkerMessage, type WorkerTask } from "./messages.ts"

const program = fileURLToPath(new URL("./worker.ts", import.meta.url))
const decode = Schema.decodeUnknownSync(WorkerMessage)

/** A process that runs the flights job. */
export class WorkerProcess {
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  readonly #gone = new AbortController()
  readonly #killWithParent = (): void => this.kill()

  constructor(task: WorkerTask) {
    this.#child = fork(program, [JSON.stringify(task)], { execArgv: ["--conditions=tidemark-source"] })
    this.#exited = once(this.#child, "exit")
    // What was sent before the end is still delivered: the channel closes behind it.
    this.#child.once("disconnect", () => this.#gone.abort())
    process.once("exit", this.#killWithParent)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** What the process tells, until it has ended. */
  async *messages(): AsyncGenerator<WorkerMessage, void> {
    try {
      for await (const [message] of on(this.#child, "message", { signal: this.#gone.signal })) yield decode(message)
    } catch (error) {
      if (!this.#gone.signal.aborted) throw error
    }
    await this.#exited
    process.off("exit", this.#killWithParent)
  }

  /** SIGKILL: no handler runs, nothing is flushed, nothing is tidied up. */
  kill(): void {
    this.#child.kill("SIGKILL")
  }
}
