/**
 * One attempt of a job: everything that is restored, opened and run under one claim, and closed with one scope.
 *
 * A1 The order of a restore: load, ask the sinks what is visible, record what is corrupt, roll back what no snapshot
 *    holds, then build the subtasks; nothing runs before all of it is done (rule 8, S20).
 * A2 The sinks are asked again after the rollback: a commit that was interrupted may have landed in between, and from
 *    then on none can (rule 2).
 */
import { Effect, type Scope } from "effect"
import type { SinkSession } from "../connector/Sink.ts"
import type { Source } from "../connector/Source.ts"
import { OutputAhead, type SinkFailure, type SnapshotCorrupt, SourceFailure } from "../model/errors.ts"
import { type CheckpointId, subtaskId } from "../model/ids.ts"
import { keyGroupRange, splitOwner } from "../model/keyGroups.ts"
import { minWatermark, type Timestamp } from "../model/time.ts"
import type { ChainInstance } from "../operator/ChainInstance.ts"
import { type ChainMode, compileChain } from "../pipeline/compileChain.ts"
import type { PhysicalPlan, TaskPlan } from "../pipeline/PhysicalPlan.ts"
import { makeSubtaskState } from "../state/index.ts"
import type { Manifest } from "../storage/LogEntry.ts"
import type { AttemptContext } from "./AttemptContext.ts"
import { openAsync } from "./async/openAsync.ts"
import type { ChannelReceiver } from "./ChannelEnds.ts"
import { batchSize } from "./Outputs.ts"
import { openOutputs, type Sessions, sessionOf } from "./openOutputs.ts"
import { restoredItems, restoredSplits, restoredTransactions, restoredWatermark } from "./restoredLists.ts"
import { type RestorePoint, snapshotsOf } from "./restorePoint.ts"
import type { Signal } from "./Signal.ts"
import { SplitIdleness } from "./SplitIdleness.ts"
import { SplitReader, type SplitState, unstarted } from "./SplitReader.ts"
import { SubtaskRuntime } from "./SubtaskRuntime.ts"
import { ExchangeInput, SourceInput, type TaskInput } from "./TaskInput.ts"
import type { Transport } from "./Transport.ts"
import { heldBy, parseTransaction } from "./transactions.ts"

export const openSinks = Effect.fnUntraced(function* (
  plan: PhysicalPlan,
  term: number
): Effect.fn.Return<Sessions, SinkFailure, Scope.Scope> {
  const sessions = new Map<string, SinkSession<unknown>>()
  for (const { output } of plan.tasks) {
    if (output._tag !== "Sink") continue
    sessions.set(output.uid, yield* output.sink.open({ job: plan.pipeline, operator: output.uid, term }))
  }
  return sessions
})

/**
 * Rule 8: output that is newer than the restored checkpoint forbids the restore, unless the user said that it may be
 * removed. Changes nothing; answers the sinks to rewind.
 */
export const askWitnesses = Effect.fnUntraced(function* (options: {
  readonly plan: PhysicalPlan
  readonly sessions: Sessions
  readonly restored: CheckpointId | null
  readonly rewindOutput: boolean
}): Effect.fn.Return<ReadonlyArray<Rewind>, SinkFailure | OutputAhead> {
  const rewinds: Array<Rewind> = []
  for (const { output } of options.plan.tasks) {
    if (output._tag !== "Sink") continue
    const session = sessionOf(options.sessions, output.uid)
    const visible = yield* session.highestVisible
    if (visible === null || visible <= (options.restored ?? 0)) continue
    if (!options.rewindOutput || session.rewind === null) {
      return yield* new OutputAhead({
        operator: output.uid,
        target: output.sink.description,
        visible,
        restored: options.restored,
        canRewind: session.rewind !== null
      })
    }
    rewinds.push(session.rewind(options.restored))
  }
  return rewinds
})

type Rewind = Effect.Effect<void, SinkFailure>

/** Asks the witnesses, and rewinds what they show too much of where the user has said so. */
export const heedWitnesses = Effect.fnUntraced(function* (
  options: Parameters<typeof askWitnesses>[0]
): Effect.fn.Return<void, SinkFailure | OutputAhead> {
  for (const rewind of yield* askWitnesses(options)) yield* rewind
})

/** Removes what no restored transaction refers to, and none of a savepoint that stands. */
export const rollBackSinks = Effect.fnUntraced(function* (
  plan: PhysicalPlan,
  sessions: Sessions,
  point: RestorePoint,
  savepoints: ReadonlyArray<Manifest>
): Effect.fn.Return<void, SinkFailure> {
  for (const { output } of plan.tasks) {
    if (output._tag !== "Sink" || output.sink.delivery !== "two-phase") continue
    const restored = restoredTransactions(point, output.uid).map(({ transaction }) => transaction)
    const keep = new Set([...restored, ...savepoints.flatMap((manifest) => heldBy(manifest, output.uid))])
    yield* sessionOf(sessions, output.uid).rollback([...keep].map(parseTransaction))
  }
})

/** The splits of every source, as the checkpoint froze them or newly discovered. */
export const planSplits = Effect.fnUntraced(function* (
  plan: PhysicalPlan,
  point: RestorePoint
): Effect.fn.Return<ReadonlyMap<string, ReadonlyArray<SplitState>>, SourceFailure> {
  const splits = new Map<string, ReadonlyArray<SplitState>>()
  for (const { input } of plan.tasks) {
    if (input._tag !== "Source") continue
    const restored = restoredSplits(point, input.uid)
    if (restored === null) {
      splits.set(input.uid, (yield* input.source.discover).map(unstarted))
      continue
    }
    const isGrowing = input.source.isGrowing ?? false
    const asked = restored.filter(({ isFinished }) => !isGrowing || !isFinished)
    yield* input.source.validate(asked.map(({ id, spec }) => ({ id, spec })))
    if (!isGrowing) yield* sameSplits(input.source, restored)
    splits.set(input.uid, restored)
  }
  return splits
})

/** The list of splits is frozen: an input with other ones would be left unread without a word. */
const sameSplits = Effect.fnUntraced(function* (
  source: Source<unknown>,
  restored: ReadonlyArray<SplitState>
): Effect.fn.Return<void, SourceFailure> {
  const before = restored.map(({ id }) => id)
  const now = (yield* source.discover).map(({ id }) => id)
  const gone = before.filter((id) => !now.includes(id))
  const added = now.filter((id) => !before.includes(id))
  if (gone.length === 0 && added.length === 0) return
  const named = (what: string, ids: ReadonlyArray<string>) =>
    ids.length === 0 ? "" : ` ${what}: ${ids.slice(0, 3).join(", ")}${ids.length > 3 ? ", ..." : ""}.`
  return yield* new SourceFailure({
    path: source.description,
    reason: "changed",
    detail:
      `its splits are not those that the job began with.${named("Gone", gone)}${named("New", added)} ` +
      "Give it the input of the first run, or start over with --resume never and another output.",
    retry: "never"
  })
})

interface BuildOptions {
  readonly plan: PhysicalPlan
  readonly parallelism: number
  readonly chains: ChainMode
  readonly attempt: AttemptContext
  readonly point: RestorePoint
  readonly sessions: Sessions
  readonly splits: ReadonlyMap<string, ReadonlyArray<SplitState>>
  /** Which subtask of every task is built here. */
  readonly indexes: ReadonlyArray<number>
  readonly transport: Transport
}

/** Builds and restores subtasks of a plan; nothing runs yet. */
export const buildSubtasks = Effect.fnUntraced(function* (options: BuildOptions) {
  const subtasks: Array<SubtaskRuntime> = []
  for (const task of options.plan.tasks) {
    const chain = compileChain(task, options.chains)
    for (const index of options.indexes) {
      const id = subtaskId({ task: task.id, index })
      const ends = options.transport.endsOf(id)
      const { inputs, signal, turnsBeforeWaiting } = ends
      const state = makeSubtaskState()
      const { main, output, sides } = yield* openOutputs(task, index, { ends, sessions: options.sessions })
      let describePosition = (_index: number): string => "the first record"
      const instance = chain.instantiate({
        subtask: index,
        state,
        output: main,
        sides,
        position: (record) => describePosition(record)
      })
      const watermarkNow = () => instance.watermark()
      const input = yield* openInput(task, index, { ...options, signal, watermarkNow, channels: inputs })
      describePosition = (record) => input.position(record)
      const range = keyGroupRange(index, options.parallelism)
      const operators = task.steps.map(({ uid }) => uid)
      yield* state.restore(snapshotsOf(options.point, operators, range), range)
      const watermark = restoredWatermark(options.point, keyedTasks(task))
      if (watermark !== minWatermark) instance.restoreWatermark(watermark)
      yield* restoreLists(instance, options.point, { index, parallelism: options.parallelism })
      subtasks.push(
        new SubtaskRuntime(
          {
            ...{ id, index, signal, turnsBeforeWaiting, state, output, input, task: task.id, chain: instance },
            ...sinkParts(task, index, options)
          },
          options.attempt
        )
      )
    }
  }
  return subtasks
})

/** Lists of operators belong to no key: their items are dealt out. */
const restoreLists = (
  { lists }: ChainInstance,
  point: RestorePoint,
  { index, parallelism }: { readonly index: number; readonly parallelism: number }
) => lists?.restore((list) => restoredItems(point, list).filter((_, i) => i % parallelism === index)) ?? Effect.void

const sinkParts = (
  task: TaskPlan,
  index: number,
  { parallelism, point, sessions }: Pick<BuildOptions, "parallelism" | "point" | "sessions">
) => {
  const { output } = task
  if (output._tag !== "Sink") return { sink: null, prepared: [] }
  return {
    sink: {
      uid: output.uid,
      session: sessionOf(sessions, output.uid),
      isTwoPhase: output.sink.delivery === "two-phase"
    },
    // Any subtask may commit any transaction (T2): deal them out.
    prepared: restoredTransactions(point, output.uid).filter((_, i) => i % parallelism === index)
  }
}

/** The tasks behind an exchange that a task is or holds: their watermark is in the snapshot, a source's comes from its splits. */
const keyedTasks = ({ fused, id, input }: TaskPlan): ReadonlyArray<string> =>
  input._tag === "Exchange" ? [id, ...fused] : fused

/** How many times a subtask looks for idle splits in the time after which they are. */
const looksPerIdleAfter = 4

/** Only of an unbounded source: a bounded one ends. While nothing comes somebody has to wake the subtask. */
const watchIdleness = Effect.fnUntraced(function* (
  { idleAfterMs, source }: Extract<TaskPlan["input"], { readonly _tag: "Source" }>,
  { attempt, signal }: Pick<BuildOptions, "attempt"> & { readonly signal: Signal }
): Effect.fn.Return<SplitIdleness | null, never, Scope.Scope> {
  if (idleAfterMs === null || source.isBounded) return null
  const pause = Effect.sleep(Math.max(1, idleAfterMs / looksPerIdleAfter))
  const look = Effect.andThen(
    pause,
    Effect.sync(() => signal.notify())
  )
  yield* Effect.forkScoped(Effect.forever(look))
  return new SplitIdleness({ idleAfterMs, now: () => attempt.clock.currentTimeMillisUnsafe() })
})

const openInput = Effect.fnUntraced(function* (
  task: TaskPlan,
  index: number,
  options: BuildOptions & {
    readonly signal: Signal
    readonly channels: ReadonlyArray<ChannelReceiver>
    readonly watermarkNow: () => Timestamp
  }
): Effect.fn.Return<TaskInput, SourceFailure | SnapshotCorrupt, Scope.Scope> {
  const { input } = task
  if (input._tag === "Exchange") {
    const { channels } = options
    const tasks = keyedTasks(task)
    const asyncMap = task.steps[0]?.asyncMap
    if (asyncMap !== undefined) return yield* openAsync({ ...options, asyncMap, tasks, index })
    return new ExchangeInput({ tasks, channels, watermark: restoredWatermark(options.point, tasks) })
  }
  const { parallelism } = options
  const reader = yield* input.source.open({
    operator: input.uid,
    subtask: index,
    wake: () => options.signal.notify(),
    owns: (split) => splitOwner(split, parallelism) === index
  })
  const isGrowing = input.source.isGrowing ?? false
  return new SourceInput({
    uid: input.uid,
    splits: new SplitReader({
      reader,
      splits: (options.splits.get(input.uid) ?? []).filter(
        ({ id, order }) => (isGrowing ? splitOwner(id, parallelism) : order % parallelism) === index // R3
      ),
      isTimeOrdered: input.source.isTimeOrdered,
      isGrowing,
      outOfOrdernessMs: input.outOfOrdernessMs,
      idleness: yield* watchIdleness(input, options)
    }),
    hasEventTime: input.outOfOrdernessMs !== null,
    recordsMax: task.output._tag === "Exchange" ? batchSize * parallelism : batchSize,
    counter: options.attempt.counter,
    isDrained: options.attempt.isDrained,
    fused: task.fused,
    watermark: options.watermarkNow
  })
})
