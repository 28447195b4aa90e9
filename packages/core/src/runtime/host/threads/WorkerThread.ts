/**
 * One worker thread, as the coordinator's thread sees it. It loads the job module at once; an attempt takes it by an order.
 *
 * H1 A thread that ends before it was told to is a failure of the attempt, however it ended: an uncaught error,
 *    `process.exit`, no memory left, or without any word.
 * H2 Nothing of the thread is left when it was closed: its fibers are interrupted in good order, or it is ended.
 */
import { Worker } from "node:worker_threads"
import { Cause, Deferred, Effect } from "effect"
import { JobModuleInvalid, ThreadDied } from "../../../model/errors.ts"
import { type Failure, failureOf } from "../../failureReport.ts"
import { tellFailure, toldFailure } from "./failures.ts"
import type { BuiltSubtask, FromWorker, ToWorker, WorkerOrder, WorkerStart } from "./messages.ts"

export interface WorkerThreadOptions {
  readonly job: string
  readonly thread: number
  readonly start: WorkerStart
  /** MiB; null for Node's own limit. */
  readonly heapMax: number | null
}

/** What an attempt makes of a thread. */
export interface Assignment {
  readonly order: WorkerOrder
  /** Hears what the worker tells of its subtasks. */
  readonly hear: (message: HeardFromWorker) => void
  readonly fail: (failure: Failure) => void
}

/** What a thread tells of its subtasks; its own life is the business of {@link WorkerThread}. */
export type HeardFromWorker = Exclude<FromWorker, { readonly _tag: "Loaded" | "Built" | "Failed" | "Closed" }>

/**
 * Packages of a checkout resolve to their sources in a thread, too, however that was arranged in this one. A thread that
 * is given options explicitly takes none of the engine's; those that it inherits may be any.
 */
const sourceOptions = (inherited: ReadonlyArray<string>): { readonly execArgv?: Array<string> } =>
  inherited.includes(sourceCondition)
    ? {}
    : {
        execArgv: [
          ...inherited.flatMap((option, i) => {
            if (option === "--enable-source-maps" || /^--(conditions|import)=/.test(option)) return [option]
            return /^(--conditions|--import|-C)$/.test(option) ? inherited.slice(i, i + 2) : []
          }),
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
  /** Before that there is nothing to close. */
  #isLoaded = false
  #assigned: Assignment | null = null
  /** How it ended before it was assigned. */
  #endedBefore: string | null = null
  #isClosing = false
  #error: unknown = null

  constructor(options: WorkerThreadOptions) {
    this.#options = options
    this.built = Deferred.await(this.#built)
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js"
    this.#worker = new Worker(new URL(`./worker.${extension}`, import.meta.url), {
      name: `tidemark ${options.job} ${options.thread}`,
      workerData: options.start,
      ...(extension === "ts" ? sourceOptions(process.execArgv) : {}),
      ...(options.heapMax === null ? {} : { resourceLimits: { maxOldGenerationSizeMb: options.heapMax } })
    })
    this.#worker.on("message", (message: FromWorker) => this.#hear(message))
    this.#worker.on("messageerror", (error) => this.#fail(failureOf(Cause.fail(error))))
    this.#worker.on("error", (error) => {
      this.#error = error
    })
    this.#worker.on("exit", (code) => this.#ends(`it exited with code ${code}`))
  }

  /** Once. Fails: for an order that cannot be sent. */
  assign(assigned: Assignment): Effect.Effect<void, JobModuleInvalid> {
    return Effect.try({
      try: () => {
        this.#assigned = assigned
        this.send({ _tag: "Order", order: assigned.order })
        if (this.#endedBefore !== null) this.#ends(this.#endedBefore)
      },
      catch: (cause) => cannotSend(this.#options, cause)
    })
  }

  send(message: ToWorker, transfer: ReadonlyArray<ArrayBuffer> = []): void {
    this.#worker.postMessage(message, transfer)
  }

  /** H2. */
  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    this.#isClosing = true
    if (!this.#isLoaded) return Effect.void
    this.send({ _tag: "Close" })
    return Deferred.await(this.#ended)
  }).pipe(Effect.timeoutOption(closeTimeout), Effect.andThen(Effect.promise(() => this.#worker.terminate())))

  #hear(message: FromWorker): void {
    switch (message._tag) {
      case "Loaded":
        this.#isLoaded = true
        return
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
      this.#assigned?.hear(message)
    } catch (error) {
      this.#fail(failureOf(Cause.fail(error)))
    }
  }

  /** H1. */
  #ends(how: string): void {
    Deferred.doneUnsafe(this.#ended, Effect.void)
    if (this.#isClosing) return
    if (this.#assigned === null) {
      this.#endedBefore = how
      return
    }
    const { job, thread } = this.#options
    const detail =
      this.#error === null
        ? how
        : tellFailure({ error: this.#error, report: { retry: "restart", record: null } }).message
    this.#fail({
      error: new ThreadDied({ job, thread, detail, cause: this.#error }),
      report: { retry: "restart", record: null }
    })
  }

  #fail(failure: Failure): void {
    // What fails later follows from what closes the thread.
    if (this.#isClosing) return
    if (!Deferred.doneUnsafe(this.#built, Effect.fail(failure.error))) this.#assigned?.fail(failure)
  }
}

const cannotSend = ({ start }: WorkerThreadOptions, cause: unknown): JobModuleInvalid =>
  new JobModuleInvalid({
    module: start.module.url,
    problem:
      cause instanceof DOMException && cause.name === "DataCloneError"
        ? `has arguments, or splits of a source, that are no JSON and cannot be sent to a worker thread: ${cause.message}`
        : `could not be given to a worker thread: ${String(cause)}`,
    cause
  })

/** Starts a thread; whoever does so closes it. Fails: for arguments that cannot be sent. */
export const startWorkerThread = (options: WorkerThreadOptions): Effect.Effect<WorkerThread, JobModuleInvalid> =>
  Effect.try({ try: () => new WorkerThread(options), catch: (cause) => cannotSend(options, cause) })
