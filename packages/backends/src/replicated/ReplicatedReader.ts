/** Reads a job of several stores without opening it: repairs nothing, decides nothing. */
import { type CheckpointStorage, type JobReader, StorageFailure, type StoredObject } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"
import { checkObjectName, checkSlot } from "../names.ts"
import { Acceptor, whyNot } from "./Acceptor.ts"
import { type Answers, Background, countOf } from "./Background.ts"
import { failureAmong, type Quorum, tooFew } from "./quorum.ts"
import type { ReplicaTuning } from "./ReplicaTuning.ts"
import { unionOf } from "./ReplicatedObjects.ts"
import { type CopySource, readCopies } from "./readCopies.ts"
import { refreshAcceptor } from "./readLog.ts"
import { tally } from "./tally.ts"

export interface ReplicatedReaderOptions {
  readonly job: string
  readonly stores: ReadonlyArray<CheckpointStorage>
  readonly quorum: Quorum
  readonly tuning: ReplicaTuning
  readonly path: string
  readonly pathOf: JobReader["pathOf"]
}

/** One store of a job that is only read. */
class ReadReplica implements CopySource {
  readonly location: string
  acceptor = new Acceptor()
  readonly #inspect: Effect.Effect<JobReader, StorageFailure>
  readonly #tuning: ReplicaTuning
  #reader: JobReader | null = null

  constructor(store: CheckpointStorage, job: string, tuning: ReplicaTuning) {
    this.location = store.location
    this.#inspect = store.inspect(job)
    this.#tuning = tuning
  }

  get isSound(): boolean {
    return this.acceptor.standing === "sound"
  }

  get whyNot(): string | null {
    return whyNot[this.acceptor.standing]
  }

  use<A>(act: (reader: JobReader) => Effect.Effect<A, StorageFailure>): Effect.Effect<A, StorageFailure> {
    const reader = Effect.suspend(() => (this.#reader === null ? this.#inspect : Effect.succeed(this.#reader)))
    const acted = Effect.flatMap(reader, (found) => {
      this.#reader = found
      return act(found)
    })
    return acted.pipe(
      Effect.timeoutOrElse({
        duration: this.#tuning.timeLimit,
        orElse: () =>
          Effect.fail(
            new StorageFailure({ operation: "read", path: this.location, reason: "timeout", outcome: "none" })
          )
      }),
      Effect.retry({ schedule: this.#tuning.retry, while: ({ reason }) => reason === "io" })
    )
  }

  /** Reads what stands in its log. A store that never had the job is a blank one. */
  readonly refresh: Effect.Effect<void, StorageFailure> = Effect.suspend(() =>
    this.use((reader) => refreshAcceptor(reader, this.acceptor)).pipe(
      Effect.catchIf(
        ({ reason }) => reason === "missing",
        () => Effect.succeed(new Acceptor())
      ),
      Effect.flatMap((acceptor) =>
        Effect.sync(() => {
          this.acceptor = acceptor
        })
      )
    )
  )

  readCopy(name: string): Effect.Effect<Uint8Array, StorageFailure> {
    return this.use((reader) => reader.readObject(name))
  }
}

const isSound = (_: unknown, replica: ReadReplica): boolean => replica.isSound

/** What stands at each slot, as far as this can be told. */
type Standing = ReadonlyMap<number, Uint8Array>

export const replicatedReader = Effect.fnUntraced(function* (
  options: ReplicatedReaderOptions
): Effect.fn.Return<JobReader, StorageFailure> {
  const { job, path, pathOf, quorum, stores, tuning } = options
  const replicas = stores.map((store) => new ReadReplica(store, job, tuning))
  const refusal = (operation: string, answers: Answers<ReadReplica, unknown>): StorageFailure =>
    tooFew({
      ...{ operation, path, need: quorum.read, stores: replicas, outcome: "none" },
      problemOf: (replica) => failureAmong(answers, replica)?.message ?? replica.whyNot
    })

  const look: Effect.Effect<Standing, StorageFailure> = Effect.gen(function* () {
    const answers = yield* Background.none.gather(
      replicas,
      (replica) => replica.refresh,
      (all) => countOf(all, isSound) >= quorum.read
    )
    const sound = countOf(answers, isSound)
    if (sound < quorum.read) {
      const isNew = sound === 0 && replicas.every(({ acceptor }) => acceptor.last === 0)
      if (isNew && answers.every(({ result }) => result._tag === "Success")) {
        return yield* new StorageFailure({ operation: "open job", path, reason: "missing", outcome: "none" })
      }
      return yield* refusal("read", answers)
    }
    return standing(
      replicas.filter((replica) => replica.isSound).map(({ acceptor }) => acceptor),
      quorum
    )
  })

  const missing = (what: string, at: string): StorageFailure =>
    new StorageFailure({ operation: what, path: at, reason: "missing", outcome: "none" })

  yield* look
  return {
    pathOf,
    listEntries: Effect.map(look, (entries) => [...entries.keys()].sort((a, b) => a - b)),
    readEntry: Effect.fnUntraced(function* (slot) {
      yield* checkSlot("read entry", slot)
      const bytes = (yield* look).get(slot)
      return bytes === undefined ? yield* missing("read", pathOf({ slot })) : bytes.slice()
    }),
    listObjects: Effect.gen(function* (): Effect.fn.Return<ReadonlyArray<StoredObject>, StorageFailure> {
      const answers = yield* Background.none.gather(
        replicas,
        (replica) => replica.use((reader) => reader.listObjects),
        (all) => countOf(all, isSound) >= quorum.read
      )
      return countOf(answers, isSound) >= quorum.read ? unionOf(answers) : yield* refusal("list objects", answers)
    }),
    readObject: Effect.fnUntraced(function* (name) {
      yield* checkObjectName("read object", name)
      const request = { name, path: pathOf({ object: name }), sources: replicas, background: Background.none }
      return (yield* readCopies({ ...request, quorum, hedgeAfter: tuning.hedgeAfter })).bytes
    })
  }
})

/** What is decided, and what may be: only who opens the job can decide it, and then finds the same (P2). */
const standing = (acceptors: ReadonlyArray<Acceptor>, { stores, write }: Quorum): Standing => {
  const { decided, open } = tally(acceptors, write)
  const unseen = stores - acceptors.length
  const possible = [...open].filter(([, { votes }]) => votes + unseen >= write)
  return new Map([...decided, ...possible.map(([slot, { value }]) => [slot, value] as const)].map(bytesOf))
}

const bytesOf = ([slot, { bytes }]: readonly [number, { readonly bytes: Uint8Array }]) => [slot, bytes] as const
