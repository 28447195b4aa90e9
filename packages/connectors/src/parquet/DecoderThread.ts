/**
 * The worker thread that decodes for one reader; started with the first request, ended with the reader's scope.
 */
import { Worker } from "node:worker_threads"
import type { DecodeProblem, UnitAnswer, UnitRequest } from "./decoding.ts"

export interface DecoderThreadOptions {
  readonly onAnswer: (answer: UnitAnswer) => void
  /** The thread ended by itself or broke: nothing will be answered any more. */
  readonly onDeath: (problem: DecodeProblem) => void
  /** The thread's program; the decoder beside this file by default. */
  readonly program?: URL
}

/** The sources run as `.ts`, the build as `.js`; both files lie beside this one. */
const workerUrl = import.meta.url.endsWith(".ts")
  ? new URL("./parquetWorker.ts", import.meta.url)
  : new URL("./parquetWorker.js", import.meta.url)

export class DecoderThread {
  private readonly options: DecoderThreadOptions
  private worker: Worker | null = null
  private isClosed = false

  constructor(options: DecoderThreadOptions) {
    this.options = options
  }

  request(request: UnitRequest): void {
    if (this.isClosed) return
    this.worker ??= this.start()
    this.worker.postMessage(request)
  }

  async close(): Promise<void> {
    this.isClosed = true
    await this.worker?.terminate()
  }

  private start(): Worker {
    const worker = new Worker(this.options.program ?? workerUrl)
    worker.on("message", (answer: UnitAnswer) => this.options.onAnswer(answer))
    worker.on("messageerror", (cause) => this.die(cause.message))
    worker.on("error", (cause) => this.die(cause instanceof Error ? cause.message : String(cause)))
    worker.on("exit", (code) => this.die(`exit code ${code}`))
    return worker
  }

  private die(detail: string): void {
    if (this.isClosed) return
    this.isClosed = true
    this.options.onDeath({ reason: "io", detail: `the decoding thread ended unexpectedly: ${detail}.` })
  }
}
