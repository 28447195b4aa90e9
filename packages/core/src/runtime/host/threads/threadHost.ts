/** Subtasks on worker threads that load the job module; the coordinator's thread only coordinates and stores. */
import { Cause, Effect, type Scope } from "effect"
import type { JobModuleInvalid } from "../../../model/errors.ts"
import { invariant } from "../../../model/invariant.ts"
import { explain } from "../../../pipeline/explain.ts"
import type { AttemptContext } from "../../AttemptContext.ts"
import { failureOf } from "../../failureReport.ts"
import type { JobSettings } from "../../JobOptions.ts"
import { watchedSubtasks } from "../../watchdog/Heartbeat.ts"
import { watchThread } from "../../watchdog/Watchdog.ts"
import type { AttemptPlan, HostedSubtasks, SubtaskHost } from "../SubtaskHost.ts"
import { makeExchangeMemory } from "./exchangeMemory.ts"
import type { StorageRequest, WorkerOrder } from "./messages.ts"
import { SpareThreads } from "./SpareThreads.ts"
import { serveStorage } from "./serveStorage.ts"
import { indexesOf } from "./threadOf.ts"
import { WorkerSubtask } from "./WorkerSubtask.ts"
import type { HeardFromWorker, WorkerThread } from "./WorkerThread.ts"

/** Its spare threads end with the scope. */
export const openThreadHost = Effect.fnUntraced(function* (
  settings: JobSettings
): Effect.fn.Return<SubtaskHost, never, Scope.Scope> {
  const { module } = settings
  invariant(module !== null, "worker threads load a module")
  const spares = new SpareThreads(settings, module)
  yield* Effect.addFinalizer(() => spares.close)
  return { prepare: () => Effect.runSync(spares.fill), build: (attempt) => build(attempt, spares) }
})

const build = Effect.fnUntraced(function* (
  attempt: AttemptPlan,
  spares: SpareThreads
): Effect.fn.Return<HostedSubtasks, unknown, Scope.Scope> {
  const threads: Array<WorkerThread> = []
  // All at once: a thread that does not give way delays the end of an attempt once, not once for each of them.
  yield* Effect.addFinalizer(() =>
    Effect.forEach(threads, (thread) => thread.close, { concurrency: "unbounded", discard: true })
  )
  const heartbeats = yield* watchThreads(attempt)
  const orders = ordersOf(attempt).map((order) => ({ ...order, heartbeat: heartbeats[order.thread] ?? null }))
  yield* Effect.uninterruptible(
    Effect.forEach(orders, ({ thread }) => Effect.map(spares.take(thread), (worker) => threads.push(worker)))
  )
  const hosted = yield* Effect.forEach(orders, (order, i) => assign(threads[i], order, attempt.attempt))
  const subtasks = yield* Effect.forEach(hosted, (built) => built, { concurrency: "unbounded" })
  return {
    subtasks: subtasks.flat(),
    run: Effect.sync(() => {
      for (const thread of threads) thread.send({ _tag: "Run" })
    })
  }
})

/** What the threads show of themselves to the watchdog. */
const watchThreads = Effect.fnUntraced(function* ({
  attempt,
  plan,
  settings
}: AttemptPlan): Effect.fn.Return<ReadonlyArray<SharedArrayBuffer>, never, Scope.Scope> {
  const { parallelism, threads, watchdogMs } = settings
  if (watchdogMs === null) return []
  const { fail, inspect, job } = attempt
  return yield* Effect.forEach(
    Array.from({ length: threads }, (_, thread) => watchedSubtasks(plan, indexesOf(thread, { parallelism, threads }))),
    (subtasks) =>
      Effect.map(
        watchThread({ job, inspect, fail, subtasks, limitMs: watchdogMs, isOwnThread: false }),
        ({ memory }) => memory
      )
  )
})

const ordersOf = ({
  attempt,
  plan,
  point,
  settings,
  splits
}: AttemptPlan): ReadonlyArray<Omit<WorkerOrder, "heartbeat">> => {
  const { chains, module, parallelism, threads, trigger } = settings
  invariant(module !== null, "worker threads load a module")
  const exchange = makeExchangeMemory(plan, { parallelism, threads })
  return Array.from({ length: threads }, (_, thread) => ({
    ...{ module, thread, threads, parallelism, chains, exchange },
    plan: explain(plan, { parallelism }),
    attempt: {
      job: attempt.job,
      number: attempt.attempt,
      term: attempt.term,
      restored: attempt.restored,
      isDrained: attempt.isDrained
    },
    manifest: point.manifest,
    splits: [...splits],
    objectPath: objectPath(attempt),
    isInspected: attempt.inspect !== null,
    isCounting: Number.isFinite(trigger.records)
  }))
}

/** What stands before and behind an object's name in its path. */
const objectPath = ({ storage }: AttemptContext): readonly [string, string] => {
  const name = "object"
  const path = storage.pathOf({ object: name })
  const at = path.lastIndexOf(name)
  return at === -1 ? [`${path} `, ""] : [path.slice(0, at), path.slice(at + name.length)]
}

/** Gives a thread its part of an attempt; answers the subtasks that it builds. */
const assign = Effect.fnUntraced(function* (
  worker: WorkerThread | undefined,
  order: WorkerOrder,
  attempt: AttemptContext
): Effect.fn.Return<Effect.Effect<ReadonlyArray<WorkerSubtask>, unknown>, JobModuleInvalid, Scope.Scope> {
  invariant(worker !== undefined, "every order has a thread")
  const scope = yield* Effect.scope
  const subtasks = new Map<string, WorkerSubtask>()
  const encodings = new Map<number, () => void>()
  const context = yield* Effect.context<never>()
  const serve = (asked: StorageRequest): void => {
    const served = Effect.map(serveStorage(attempt.storage, asked), (answer) => worker.send(...answer))
    const observed = Effect.tapCause(served, (cause) =>
      Effect.sync(() => {
        // A defect of the storage: no answer will come.
        if (!Cause.hasInterruptsOnly(cause)) attempt.fail(failureOf(cause))
      })
    )
    Effect.runForkWith(context)(Effect.forkIn(observed, scope))
  }
  const hear = (message: HeardFromWorker): void => {
    switch (message._tag) {
      case "ToCoordinator":
        attempt.tellCoordinator(message.event)
        return
      case "ToJob":
        attempt.tellJob(message.event)
        return
      case "Totals":
        for (const [id, totals, usage] of message.totals) subtasks.get(id)?.counted(totals, usage)
        return
      case "Measured":
        attempt.stats.measured(message.id, message.subtask, message.measure)
        return
      case "Counted":
        attempt.counter.add(message.records)
        return
      case "Inspected":
        attempt.inspect?.(message.inspection)
        return
      case "EncodingBegan":
        encodings.set(message.capture, attempt.encoding.begin())
        return
      case "EncodingEnded":
        encodings.get(message.capture)?.()
        encodings.delete(message.capture)
        return
      case "Warned":
        Effect.runForkWith(context)(Effect.logWarning(message.message))
        return
      case "Storage":
        serve(message)
        return
    }
  }
  yield* worker.assign({ order, hear, fail: (failure) => attempt.fail(failure) })
  return Effect.map(worker.built, (built) =>
    built.map((one) => {
      const subtask = new WorkerSubtask(one, (event) => worker.send({ _tag: "Event", subtask: one.id, event }))
      subtasks.set(one.id, subtask)
      return subtask
    })
  )
})
