/**
 * A job's objects in several stores, for one process that has the job open.
 *
 * O1 An object counts as created once W stores hold its bytes. They are not voted on: the contract gives a name to one
 *    writer, so a copy with a good checksum is the object. Should two writers use one name nevertheless, at most one of them
 *    can have W copies; the other one takes its copies back and is told that the name exists. An earlier try of the same
 *    writer may have left other bytes (encrypted anew): they give way once W stores have the new ones.
 * O2 An object is missing when R stores that have a say do not have it.
 * O3 A store does one thing after the other with a name: a removal never overtakes a copy that the store is slow to write.
 * O4 A store that was away may bring back what was deleted meanwhile: allowed by B5, and removed by the next start.
 */
import { type JobStorage, StorageFailure, type StoredObject } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { checkObjectName } from "../names.ts"
import { type Answers, type Background, countOf } from "./Background.ts"
import { checkedCopy, copyOverhead, encodeCopy, isBytes } from "./copies.ts"
import { failureAmong, outcomeOf, type Quorum, tooFew } from "./quorum.ts"
import type { Replica } from "./Replica.ts"
import type { ReplicaTuning } from "./ReplicaTuning.ts"
import { readCopies } from "./readCopies.ts"
import { Turns } from "./Turns.ts"

export interface ReplicatedObjectsOptions {
  readonly replicas: ReadonlyArray<Replica>
  readonly quorum: Quorum
  readonly background: Background
  readonly tuning: ReplicaTuning
  readonly pathOf: JobStorage["pathOf"]
}

/** What became of a copy: written now, there with these bytes, or there with others. */
type Written =
  | { readonly _tag: "Created" }
  | { readonly _tag: "Same" }
  | { readonly _tag: "Different"; readonly bytes: Uint8Array }

const copyConcurrency = 2
/** So many names of deleted objects are remembered for stores that are away. */
const deletedMax = 10_000

export class ReplicatedObjects {
  readonly #of: ReplicatedObjectsOptions
  /** Creates of one name in this process go one after the other. */
  readonly #creating = new Turns()
  /** By store (O3). */
  readonly #changing = new Map<Replica, Turns>()
  /** Names whose last create has an unknown outcome: finding them written is our own success. */
  readonly #inDoubt = new Set<string>()
  /** Deleted names, with the stores that may still have them. */
  readonly #deleted = new Map<string, Set<Replica>>()

  constructor(options: ReplicatedObjectsOptions) {
    this.#of = options
  }

  create(name: string, bytes: Uint8Array): Effect.Effect<void, StorageFailure> {
    const operation = "create object"
    const created = Effect.suspend(() => this.#create(name, encodeCopy(bytes)))
    return Effect.andThen(checkObjectName(operation, name), this.#creating.take(name, created))
  }

  read(name: string): Effect.Effect<Uint8Array, StorageFailure> {
    const { background, pathOf, quorum, replicas, tuning } = this.#of
    const path = pathOf({ object: name })
    const found = Effect.suspend(() =>
      this.#deleted.has(name)
        ? Effect.fail(new StorageFailure({ operation: "read object", path, reason: "missing", outcome: "none" }))
        : readCopies({
            ...{ background, quorum, name, path, hedgeAfter: tuning.hedgeAfter },
            sources: [...replicas].sort((a, b) => Number(b.isCurrent) - Number(a.isCurrent))
          })
    )
    const repaired = Effect.tap(found, ({ bad, bytes }) => this.#repairLater(name, bytes, bad))
    return Effect.andThen(
      checkObjectName("read object", name),
      Effect.map(repaired, ({ bytes }) => bytes)
    )
  }

  readonly list: Effect.Effect<ReadonlyArray<StoredObject>, StorageFailure> = Effect.suspend(() => {
    const { background, quorum, replicas } = this.#of
    const isCounted = (_: unknown, { isSound }: Replica): boolean => isSound
    return Effect.flatMap(
      background.gather(
        replicas,
        (replica) => replica.use("list the objects of", (job) => job.listObjects),
        (answers) => countOf(answers, isCounted) >= quorum.read
      ),
      (answers) =>
        countOf(answers, isCounted) >= quorum.read
          ? Effect.succeed(unionOf(answers).filter(({ name }) => !this.#deleted.has(name)))
          : Effect.fail(this.#refusal({ operation: "list objects", path: "the job", need: quorum.read }, answers))
    )
  })

  remove(name: string): Effect.Effect<void, StorageFailure> {
    const operation = "delete object"
    const { background, pathOf, quorum, replicas } = this.#of
    const removed = Effect.gen({ self: this }, function* () {
      const waiting = new Set(replicas)
      this.#deleted.set(name, waiting)
      const answers = yield* background.gather(
        replicas,
        (replica) => this.#removeFrom(replica, name),
        (all) => countOf(all, isAny) >= quorum.write
      )
      const [oldest] = this.#deleted.keys()
      if (this.#deleted.size > deletedMax && oldest !== undefined) this.#deleted.delete(oldest) // O4
      if (countOf(answers, isAny) >= quorum.write) return
      return yield* this.#refusal({ operation, path: pathOf({ object: name }), need: quorum.write }, answers)
    })
    return Effect.andThen(checkObjectName(operation, name), removed)
  }

  /** Gives a store what the others have and it has not, and takes from it what was deleted while it was away. */
  catchUp(replica: Replica): Effect.Effect<void, StorageFailure> {
    return Effect.gen({ self: this }, function* () {
      const { background, quorum, replicas } = this.#of
      const doomed = [...this.#deleted].filter(([, waiting]) => waiting.has(replica)).map(([name]) => name)
      yield* Effect.forEach(doomed, (name) => this.#removeFrom(replica, name), { discard: true })
      const own = yield* replica.use("list the objects of", (job) => job.listObjects)
      const others = replicas.filter((other) => other !== replica && other.isConnected)
      const answers = yield* background.gather(
        others,
        (other) => other.use("list the objects of", (job) => job.listObjects),
        (all) => countOf(all, (_, { isSound }) => isSound) >= quorum.read
      )
      const sizes = new Map(own.map(({ name, size }) => [name, size - copyOverhead]))
      const missing = unionOf(answers).filter(({ name, size }) => sizes.get(name) !== size && !this.#deleted.has(name))
      yield* Effect.forEach(missing, ({ name }) => this.#copyTo(replica, name), {
        concurrency: copyConcurrency,
        discard: true
      })
    })
  }

  #create(name: string, copy: Uint8Array): Effect.Effect<void, StorageFailure> {
    return Effect.gen({ self: this }, function* () {
      const { background, pathOf, quorum, replicas } = this.#of
      const path = pathOf({ object: name })
      const wasInDoubt = this.#inDoubt.has(name)
      this.#inDoubt.add(name)
      this.#deleted.delete(name)
      const answers = yield* background.gather(
        replicas,
        (replica) => this.#inTurn(replica, name, writeCopy(replica, name, copy)),
        (all) => countOf(all, isOurs) >= quorum.write || isTaken(all, quorum.write)
      )
      const exists = new StorageFailure({ operation: "create object", path, reason: "exists", outcome: "none" })
      if (isTaken(answers, quorum.write)) {
        this.#inDoubt.delete(name)
        yield* this.#takeBack(name, copy)
        return yield* exists
      }
      if (countOf(answers, isOurs) >= quorum.write) {
        this.#inDoubt.delete(name)
        yield* background.start(this.#replace(name, copy, answers))
        if (wasInDoubt || countOf(answers, isCreated) > 0) return
        return yield* exists
      }
      const outcome = outcomeOf(answers, replicas)
      if (outcome === "none" && !wasInDoubt) this.#inDoubt.delete(name)
      return yield* this.#refusal(
        { operation: "create object", path, need: quorum.write, outcome: wasInDoubt ? "unknown" : outcome },
        answers
      )
    })
  }

  /** Replaces what an earlier try has left (O1). */
  #replace(name: string, copy: Uint8Array, answers: Answers<Replica, Written>): Effect.Effect<void> {
    const others = answers.flatMap(({ from, result }) =>
      Result.isSuccess(result) && result.success._tag === "Different" ? [from] : []
    )
    return Effect.forEach(
      others,
      (replica) =>
        Effect.ignore(
          Effect.andThen(this.#inTurn(replica, name, deleteCopy(replica, name)), this.#repair(replica, name, copy))
        ),
      { discard: true }
    )
  }

  /** Removes the copies that we have written beside another writer's (O1). */
  #takeBack(name: string, copy: Uint8Array): Effect.Effect<void> {
    const own = Buffer.from(copy)
    return Effect.forEach(
      this.#of.replicas.filter(({ isConnected }) => isConnected),
      (replica) =>
        replica
          .use("read object", (job) => job.readObject(name))
          .pipe(
            Effect.flatMap((found) =>
              own.equals(found) ? this.#inTurn(replica, name, deleteCopy(replica, name)) : Effect.void
            ),
            Effect.ignore
          ),
      { discard: true, concurrency: "unbounded" }
    )
  }

  #removeFrom(replica: Replica, name: string): Effect.Effect<true, StorageFailure> {
    return Effect.map(this.#inTurn(replica, name, deleteCopy(replica, name)), () => {
      const waiting = this.#deleted.get(name)
      waiting?.delete(replica)
      if (waiting?.size === 0) this.#deleted.delete(name)
      return true as const
    })
  }

  #repairLater(name: string, bytes: Uint8Array, bad: ReadonlyArray<Replica>): Effect.Effect<void> {
    if (bad.length === 0) return Effect.void
    const copy = encodeCopy(bytes)
    const repair = Effect.forEach(bad, (replica) => Effect.ignore(this.#repair(replica, name, copy)), { discard: true })
    return Effect.andThen(
      Effect.logInfo(`Repairs ${this.#of.pathOf({ object: name })} in ${bad.map((one) => one.location).join(", ")}`),
      this.#of.background.start(repair)
    )
  }

  #copyTo(replica: Replica, name: string): Effect.Effect<void, StorageFailure> {
    return this.read(name).pipe(
      Effect.flatMap((bytes) => this.#repair(replica, name, encodeCopy(bytes))),
      Effect.catchIf(
        ({ reason }) => reason === "missing" || reason === "corrupt", // Deleted meanwhile, or lost everywhere.
        () => Effect.void
      )
    )
  }

  #repair(replica: Replica, name: string, copy: Uint8Array): Effect.Effect<void, StorageFailure> {
    return Effect.gen({ self: this }, function* () {
      if (this.#deleted.has(name)) return
      yield* this.#inTurn(replica, name, writeCopy(replica, name, copy))
      if (this.#deleted.has(name)) yield* this.#removeFrom(replica, name)
    })
  }

  #inTurn<A>(
    replica: Replica,
    name: string,
    effect: Effect.Effect<A, StorageFailure>
  ): Effect.Effect<A, StorageFailure> {
    const turns = this.#changing.get(replica) ?? new Turns()
    this.#changing.set(replica, turns)
    return turns.take(name, effect)
  }

  #refusal<A>(
    what: {
      readonly operation: string
      readonly path: string
      readonly need: number
      readonly outcome?: StorageFailure["outcome"]
    },
    answers: Answers<Replica, A>
  ): StorageFailure {
    const { replicas } = this.#of
    const problemOf = (replica: Replica) => failureAmong(answers, replica)?.message ?? replica.whyNot
    return tooFew({ outcome: outcomeOf(answers, replicas), ...what, stores: replicas, problemOf })
  }
}

const isAny = (): boolean => true
const isCreated = ({ _tag }: Written): boolean => _tag === "Created"
const isOurs = ({ _tag }: Written): boolean => _tag !== "Different"

/** Do W stores have other bytes, the same ones? */
const isTaken = (answers: Answers<Replica, Written>, write: number): boolean => {
  const others = answers.flatMap(({ result }) =>
    Result.isSuccess(result) && result.success._tag === "Different" ? [Buffer.from(result.success.bytes)] : []
  )
  return others.some((one) => others.filter((other) => one.equals(other)).length >= write)
}

const created: Written = { _tag: "Created" }

const compared = (found: Uint8Array, copy: Uint8Array): Written =>
  Buffer.from(found).equals(copy.subarray(copyOverhead)) ? { _tag: "Same" } : { _tag: "Different", bytes: found }

const deleteCopy = (replica: Replica, name: string): Effect.Effect<void, StorageFailure> =>
  replica.use("delete object", (job) => job.deleteObject(name))

/** Writes a store's copy, in the place of a damaged one if need be. */
const writeCopy = (replica: Replica, name: string, copy: Uint8Array): Effect.Effect<Written, StorageFailure> =>
  replica.use("create object", (job) =>
    job.createObject(name, copy).pipe(
      Effect.as(created),
      Effect.catchIf(
        ({ reason }) => reason === "exists",
        () =>
          Effect.flatMap(checkedCopy(job.readObject(name)), (found) =>
            isBytes(found)
              ? Effect.succeed(compared(found, copy))
              : Effect.as(Effect.andThen(job.deleteObject(name), job.createObject(name, copy)), created)
          )
      )
    )
  )

/** All objects that a store lists, sorted by name; of sizes that differ the most frequent one. */
export const unionOf = <S>(answers: Answers<S, ReadonlyArray<StoredObject>>): ReadonlyArray<StoredObject> => {
  const sizes = new Map<string, Array<number>>()
  for (const { result } of answers) {
    if (!Result.isSuccess(result)) continue
    for (const { name, size } of result.success) sizes.set(name, [...(sizes.get(name) ?? []), size - copyOverhead])
  }
  const often = (all: ReadonlyArray<number>): number =>
    [...all].sort((a, b) => all.filter((x) => x === b).length - all.filter((x) => x === a).length)[0] ?? 0
  return [...sizes].map(([name, all]) => ({ name, size: often(all) })).sort((a, b) => (a.name < b.name ? -1 : 1))
}
