/**
 * A worker thread of an attempt: loads the job module, builds and restores its subtasks, and lets their loops run.
 *
 * W1 The worker builds the plan that the coordinator has: a module that answers another one is refused.
 * W2 What the worker tells the coordinator is told in order, its counts before it.
 * W3 A source or sink that fails to close is reported; it keeps nobody from going on.
 */
import type { MessagePort } from "node:worker_threads"
import { Clock, Deferred, Effect, Logger } from "effect"
import { JobModuleInvalid } from "../../../model/errors.ts"
import { compilePipeline } from "../../../pipeline/compilePipeline.ts"
import { explain } from "../../../pipeline/explain.ts"
import { fuseExchanges } from "../../../pipeline/fuseExchanges.ts"
import { buildSubtasks, openSinks } from "../../Attempt.ts"
import { type Failure, failureOf } from "../../failureReport.ts"
import { importJobDefinition, loadJobModule } from "../../loadJobModule.ts"
import { loadRestorePoint } from "../../restorePoint.ts"
import type { SubtaskRuntime } from "../../SubtaskRuntime.ts"
import { Heartbeat, watchedSubtasks } from "../../watchdog/Heartbeat.ts"
import { tellFailure } from "./failures.ts"
import type { FromWorker, ToWorker, WorkerOrder, WorkerStart } from "./messages.ts"
import { PortStorage } from "./PortStorage.ts"
import { openThreadTransport } from "./ThreadTransport.ts"
import { indexesOf } from "./threadOf.ts"
import { workerContext } from "./workerContext.ts"

/** How often the coordinator hears what was counted. */
const totalsEvery = "100 millis"

export const runWorker = ({ module }: WorkerStart, port: MessagePort): void => {
  // Whether the module can be loaded is found out, and said, when it is needed.
  Effect.runFork(Effect.ignore(importJobDefinition(module.url)))
  let worker: WorkerProgram | null = null
  port.on("message", (message: ToWorker) => {
    if (message._tag === "Order") worker = startWorker(message.order, port)
    else worker?.hear(message)
  })
}

const startWorker = (order: WorkerOrder, port: MessagePort): WorkerProgram => {
  const worker = new WorkerProgram(order, port)
  const program = Effect.scoped(worker.run).pipe(
    Effect.catchCause((cause) => Effect.sync(() => worker.failed(failureOf(cause)))),
    Effect.ensuring(Effect.sync(() => worker.tell({ _tag: "Closed" }))),
    Effect.provide(Logger.layer([worker.logger]))
  )
  Effect.runFork(program)
  return worker
}

class WorkerProgram {
  readonly logger = Logger.make<unknown, void>(({ message }) => {
    this.tell({ _tag: "Warned", message: (Array.isArray(message) ? message : [message]).map(textOf).join(" ") })
  })
  readonly #order: WorkerOrder
  readonly #port: MessagePort
  readonly #storage: PortStorage
  readonly #started = Deferred.makeUnsafe<void>()
  readonly #closed = Deferred.makeUnsafe<void>()
  #isClosing = false
  #subtasks: ReadonlyMap<string, SubtaskRuntime> = new Map()

  constructor(order: WorkerOrder, port: MessagePort) {
    this.#order = order
    this.#port = port
    this.#storage = new PortStorage({
      send: (request, transfer) => port.postMessage(request, transfer),
      objectPath: order.objectPath
    })
  }

  tell(message: FromWorker): void {
    this.#port.postMessage(message)
  }

  /** W3. */
  failed(failure: Failure): void {
    const told = tellFailure(failure)
    if (this.#isClosing) this.tell({ _tag: "Warned", message: `A thread did not close in good order. ${told.message}` })
    else this.tell({ _tag: "Failed", failure: told })
  }

  get run() {
    return Effect.raceFirst(this.#work(), Deferred.await(this.#closed))
  }

  readonly #work = Effect.fnUntraced(function* (this: WorkerProgram) {
    const order = this.#order
    const plan = yield* this.#loadPlan()
    this.tell({ _tag: "Loaded" })
    const transport = yield* openThreadTransport(plan, order)
    const point = yield* loadRestorePoint(
      this.#storage,
      order.attempt.job,
      order.manifest === null ? [] : [order.manifest]
    )
    const indexes = indexesOf(order.thread, order)
    const subtasks = yield* buildSubtasks({
      plan,
      point,
      transport,
      parallelism: order.parallelism,
      chains: order.chains,
      attempt: {
        ...workerContext({
          order,
          storage: this.#storage,
          clock: yield* Clock.Clock,
          tell: (message) => this.tell(message),
          tellTotals: () => this.#tellTotals()
        }),
        heartbeat: order.heartbeat === null ? null : new Heartbeat(order.heartbeat, watchedSubtasks(plan, indexes))
      },
      sessions: yield* openSinks(plan, order.attempt.term),
      splits: new Map(order.splits),
      indexes
    })
    this.#subtasks = new Map(subtasks.map((subtask) => [subtask.id, subtask]))
    this.tell({
      _tag: "Built",
      subtasks: subtasks.map((subtask) => ({
        id: subtask.id,
        task: subtask.task,
        index: subtask.index,
        isSource: subtask.isSource,
        totals: subtask.totals(),
        usage: subtask.usage()
      }))
    })
    yield* Deferred.await(this.#started)
    for (const subtask of subtasks) yield* Effect.forkScoped(Effect.exit(subtask.run))
    return yield* Effect.forever(
      Effect.andThen(
        Effect.sleep(totalsEvery),
        Effect.sync(() => this.#tellTotals())
      )
    )
  })

  /** W1. */
  readonly #loadPlan = Effect.fnUntraced(function* (this: WorkerProgram) {
    const { module, parallelism, plan: expected } = this.#order
    const job = yield* loadJobModule(module.url, module.args)
    const plan = fuseExchanges(yield* Effect.fromResult(compilePipeline(job.pipeline)), parallelism)
    if (explain(plan, { parallelism }) === expected) return plan
    return yield* new JobModuleInvalid({
      module: module.url,
      problem:
        "answers another pipeline in a worker thread than in the thread that started the job; it must depend on its arguments only"
    })
  })

  hear(message: Exclude<ToWorker, { readonly _tag: "Order" }>): void {
    switch (message._tag) {
      case "Run":
        Deferred.doneUnsafe(this.#started, Effect.void)
        return
      case "Event":
        this.#subtasks.get(message.subtask)?.post(message.event)
        return
      case "StorageAnswer":
        this.#storage.answer(message)
        return
      case "Close":
        this.#isClosing = true
        Deferred.doneUnsafe(this.#closed, Effect.void)
        return
    }
  }

  /** W2. */
  #tellTotals(): void {
    this.tell({
      _tag: "Totals",
      totals: [...this.#subtasks].map(([id, subtask]) => [id, subtask.totals(), subtask.usage()] as const)
    })
  }
}

const textOf = (part: unknown): string => (part instanceof Error ? part.message : String(part))
