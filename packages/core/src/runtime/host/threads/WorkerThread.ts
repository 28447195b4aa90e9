/**
 * One worker thread of an attempt, as the coordinator's thread sees it.
 *
 * H1 A thread that ends before it was told to is a failure of the attempt, however it ended: an uncaught error,
 *    `process.exit`, no memory left, or without any word.
 * H2 Nothing of the thread is left when it was closed: its fibers are interrupted in good order, or it is ended.
 * H3 What goes wrong while a thread closes is said, and keeps nobody from going on.
 */
import { Worker } from "node:worker_threads"
import { Cause, Deferred, Effect } from "effect"
import { JobModuleInvalid, ThreadDied } from "../../../model/errors.ts"
import { type Failure, failureOf } from "../../failureReport.ts"
import { tellFailure, toldFailure } from "./failures.ts"
import type { BuiltSubtask, FromWorker, ToWorker, WorkerOrder } from "./messages.ts"

export interface WorkerThreadOptions {
  readonly order: WorkerOrder
  /** Hears what the worker tells of its subtasks. */
  readonly hear: (message: HeardFromWorker) => void
  readonly fail: (failure: Failure) => void
}

/** What a thread tells of its subtasks; its own life is the business of {@link WorkerThread}. */
export type HeardFromWorker = Exclude<FromWorker, { readonly _tag: "Built" | "Failed" | "Closed" }>

/**
 * Packages of a checkout resolve to their sources in a thread, too, however that was arranged in this one. A thread that
 * is given options explicitly takes none of the engine's; those that it inherits may be any.
 */
const sourceOptions = (inherited: ReadonlyArray<string>): { readonly execArgv?: Array<string> } =>
  inherited.includes(sourceCondition)
    ? {}
    : {
        execArgv: [
          ...inherited.filter((option) => /^--(conditions|import|enable-source-maps)\b/.test(option)),
          sourceCondition
        ]
      }

const sourceCondition = "--conditions=tidemark-source"

const heardWhileClosing: ReadonlySet<FromWorker["_tag"]> = new Set(["Inspected", "Storage", "Warned"])

/** How long a thread may take to close its sources and sinks before it is ended. */
const closeTimeout = "5 seconds"

export class WorkerThread {
  /** The subtasks that it has built and restored. */
  readonly built: Effect.Effect<ReadonlyArray<BuiltSubtask>, unknown>
  readonly #options: WorkerThreadOptions
  readonly #worker: Worker
  readonly #built = Deferred.makeUnsafe<ReadonlyArray<BuiltSubtask>, unknown>()
  readonly #ended = Deferred.makeUnsafe<void>()
  #isClosing = false
  #error: unknown = null

  constructor(options: WorkerThreadOptions) {
    this.#options = options
    this.built = Deferred.await(this.#built)
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
    this.#worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), {
      name: `tidemark ${options.order.attempt.job} ${options.order.thread}`,
      workerData: options.order,
      ...(extension === "ts" ? sourceOptions(process.execArgv) : {}),
      ...(options.order.heapMax === null ? {} : { resourceLimits: { maxOldGenerationSizeMb: options.order.heapMax } })
    })
    this.#worker.on("message", (message: FromWorker) => this.#hear(message))
    this.#worker.on("messageerror", (error) => this.#fail(failureOf(Cause.fail(error))))
    this.#worker.on("error", (error) => {
      this.#error = error
    })
    this.#worker.on("exit", (code) => this.#ends(`it exited with code ${code}`))
  }

  send(message: ToWorker, transfer: ReadonlyArray<ArrayBuffer> = []): void {
    this.#worker.postMessage(message, transfer)
  }

  /** H2. */
  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    this.#isClosing = true
    this.send({ _tag: "Close" })
    return Deferred.await(this.#ended)
  }).pipe(Effect.timeoutOption(closeTimeout), Effect.andThen(Effect.promise(() => this.#worker.terminate())))

  #hear(message: FromWorker): void {
    switch (message._tag) {
      case "Built":
        Deferred.doneUnsafe(this.#built, Effect.succeed(message.subtasks))
        return
      case "Failed":
        this.#fail(toldFailure(message.failure))
        return
      case "Closed":
        this.#ends("its program ended")
        return
      default:
        if (!this.#isClosing || heardWhileClosing.has(message._tag)) this.#tell(message)
    }
  }

  /** An inspector is the user's: what it throws is a failure of the attempt, as in one thread. */
  #tell(message: HeardFromWorker): void {
    try {
      this.#options.hear(message)
    } catch (error) {
      this.#fail(failureOf(Cause.fail(error)))
    }
  }

  /** H1. */
  #ends(how: string): void {
    Deferred.doneUnsafe(this.#ended, Effect.void)
    if (this.#isClosing) return
    const { attempt, thread } = this.#options.order
    const detail =
      this.#error === null
        ? how
        : tellFailure({ error: this.#error, report: { retry: "restart", record: null } }).message
    this.#fail({
      error: new ThreadDied({ job: attempt.job, thread, detail, cause: this.#error }),
      report: { retry: "restart", record: null }
    })
  }

  #fail(failure: Failure): void {
    if (this.#isClosing) {
      const { message } = tellFailure(failure) // H3
      this.#options.hear({ _tag: "Warned", message: `A worker thread did not close in good order: ${message}` })
    } else if (!Deferred.doneUnsafe(this.#built, Effect.fail(failure.error))) this.#options.fail(failure)
  }
}

/** Starts a thread; whoever does so closes it. Fails: for an order that cannot be sent. */
export const startWorkerThread = (options: WorkerThreadOptions): Effect.Effect<WorkerThread, JobModuleInvalid> =>
  Effect.try({
    try: () => new WorkerThread(options),
    catch: (cause) =>
      new JobModuleInvalid({
        module: options.order.module.url,
        problem: `has arguments, or splits of a source, that are no JSON and cannot be sent to a worker thread: ${String(cause)}`,
        cause
      })
  })
