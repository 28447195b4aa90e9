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
  readonly #messages: AsyncIterable<ReadonlyArray<unknown>>
  readonly #exited: Promise<unknown>
  readonly #kill = (): void => this.kill()

  constructor(task: WorkerTask) {
    this.#child = fork(program, [JSON.stringify(task)], { execArgv: ["--conditions=tidemark-source"] })
    // The channel closes behind the last message, however the process ends.
    this.#messages = on(this.#child, "message", { close: ["disconnect"] })
    this.#exited = once(this.#child, "exit")
    process.once("exit", this.#kill)
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** What the process tells, until it has ended. */
  async *messages(): AsyncGenerator<WorkerMessage, void> {
    try {
      for await (const [message] of this.#messages) yield decode(message)
    } finally {
      // Who stops listening has no use for the process.
      this.kill()
      await this.#exited
      process.off("exit", this.#kill)
    }
  }

  /** SIGKILL: no handler runs, nothing is flushed, nothing is tidied up. */
  kill(): void {
    this.#child.kill("SIGKILL")
  }
}
