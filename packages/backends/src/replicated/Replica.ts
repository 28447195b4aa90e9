/**
 * One store of a job that is open: its connection, its part in the votes, and how its log is written.
 *
 * R1 A record counts once it was appended at the position after the last one that was read, that last one still stands,
 *    and nothing stands above it: otherwise the store has lost records, or the position was a gap that somebody else's
 *    cleaning has left, and the record is void (A1).
 * R2 One operation at a time writes a store's log. At most `pendingMax` wait for a store: it is behind then, and catches
 *    up from the others.
 */
import { type JobStorage, StorageFailure, type StorageLocked } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { Acceptor, damagedAcceptor, whyNot } from "./Acceptor.ts"
import type { ReplicaTuning } from "./ReplicaTuning.ts"
import { loadAcceptor, refreshAcceptor } from "./readLog.ts"
import { encodeRecord, type ReplicaRecord, recordOf } from "./record.ts"

const pendingMax = 16

export type Unreachable = StorageFailure | StorageLocked

/** What to write, and what to answer once it is written, or at once. */
export interface Decision<A> {
  readonly record: ReplicaRecord | null
  readonly answer: A
}

export interface ReplicaConnection {
  /** Who opens it; nobody else, and no other opening, has this. */
  readonly writer: string
  readonly location: string
  readonly open: Effect.Effect<JobStorage, Unreachable, Scope.Scope>
  readonly tuning: ReplicaTuning
}

export class Replica {
  readonly location: string
  acceptor = new Acceptor()
  /** Why it is not in use, or what it met last. */
  problem: Unreachable | null = null
  /** Has all that was decided, as far as this process knows. */
  isCurrent = false
  /** Open while there is something to catch up with. */
  readonly behind = Latch.makeUnsafe(true)
  readonly #connection: ReplicaConnection
  readonly #turn = Semaphore.makeUnsafe(1)
  #job: JobStorage | null = null
  #scope: Scope.Closeable | null = null
  #pending = 0
  #mustRead = true
  #mustConnect = true
  #indexes = 0

  constructor(connection: ReplicaConnection) {
    this.location = connection.location
    this.#connection = connection
  }

  get isConnected(): boolean {
    return this.#job !== null
  }

  /** Has a say in votes and in what is missing (A2). */
  get isSound(): boolean {
    return this.#job !== null && this.acceptor.standing === "sound"
  }

  /** Why it has no say; null if it has. */
  get whyNot(): string | null {
    if (this.#job === null) return this.problem?.message ?? "it has not answered yet"
    return whyNot[this.acceptor.standing]
  }

  /** Opens the store and reads its log; again if it has failed since. */
  readonly connect: Effect.Effect<void, Unreachable> = this.#exclusively(() =>
    Effect.gen({ self: this }, function* () {
      if (!this.#mustConnect) return
      this.#job = null
      yield* this.disconnect
      const scope = yield* Scope.make()
      const job = yield* this.#connection.open.pipe(
        Scope.provide(scope),
        Effect.timeoutOrElse({
          duration: this.#connection.tuning.timeLimit,
          orElse: () => Effect.fail(this.#failed("open job", "timeout", "no answer"))
        }),
        Effect.onExit((exit) => (Exit.isSuccess(exit) ? Effect.void : Scope.close(scope, exit)))
      )
      this.#scope = scope
      const known = this.acceptor
      const loaded = this.#limited(loadAcceptor(job), "read the log of")
      const found = yield* Effect.tapError(loaded, () => this.disconnect)
      const hasLost = known.standing === "sound" && found.last < known.last // A2
      this.acceptor = hasLost ? damagedAcceptor(found.last) : found
      this.#mustRead = false
      this.#job = job
      this.#mustConnect = false
      this.problem = null
    })
  ).pipe(Effect.tapError((failure) => Effect.sync(() => this.#note(failure))))

  readonly disconnect: Effect.Effect<void> = Effect.suspend(() => {
    const scope = this.#scope
    this.#scope = null
    return scope === null ? Effect.void : Scope.close(scope, Exit.void)
  })

  /** Notes that it misses something; it is brought up to date in the background. */
  fallBehind(problem: Unreachable): void {
    this.isCurrent = false
    this.#mustConnect = true
    this.problem = problem
    this.behind.openUnsafe()
  }

  /** Does something with the store, waiting only so long, again after input/output errors. */
  use<A>(
    operation: string,
    act: (job: JobStorage) => Effect.Effect<A, StorageFailure>
  ): Effect.Effect<A, StorageFailure> {
    return Effect.suspend(() => {
      if (this.#job === null)
        return Effect.fail(this.#failed(operation, "io", this.problem?.message ?? "it has not answered yet"))
      if (this.#pending >= pendingMax) {
        const failure = this.#failed(operation, "io", "it is too slow: too many operations wait for it") // R2
        this.fallBehind(failure)
        return Effect.fail(failure)
      }
      this.#pending++
      const done = Effect.sync(() => void this.#pending--)
      return this.#limited(act(this.#job), operation).pipe(
        Effect.retry({ schedule: this.#connection.tuning.retry, while: ({ reason }) => reason === "io" }),
        Effect.tapError((failure) => Effect.sync(() => this.#noteFailure(failure))),
        Effect.ensuring(done)
      )
    })
  }

  readCopy(name: string): Effect.Effect<Uint8Array, StorageFailure> {
    return this.use("read object", (job) => job.readObject(name))
  }

  /** Reads what others have added to its log, if that counts. */
  readonly refresh: Effect.Effect<void, StorageFailure> = this.use("read the log of", (job) =>
    this.#exclusively(() => (this.acceptor.standing === "sound" ? this.#read(job) : Effect.void))
  )

  /** Appends to its log what `decide` wants to, given all that stands there. */
  write<A>(decide: (acceptor: Acceptor) => Decision<A>): Effect.Effect<A, StorageFailure> {
    return this.use("append to", (job) => this.#exclusively(() => this.#append(job, decide)))
  }

  /** Writes what makes old records superfluous, and removes these. */
  readonly clean: Effect.Effect<void, StorageFailure> = Effect.gen({ self: this }, function* () {
    if (this.acceptor.standing !== "sound" || this.acceptor.dead.length < this.#connection.tuning.cleanAfter) return
    const id = this.newIndex()
    const dead = yield* this.write((acceptor) => ({
      record: acceptor.promised === null ? null : recordOf(acceptor.index(id, acceptor.promised)),
      answer: [...acceptor.dead]
    }))
    if (!(yield* this.confirm(id))) return
    yield* Effect.forEach(dead, (position) => this.use("remove from", (job) => job.deleteEntry(position)), {
      discard: true
    })
    this.acceptor.forget(new Set(dead))
  })

  /** What keeps it from taking part yet: somebody else is writing to its log. */
  get notAdmitted(): StorageFailure {
    return this.#failed("read the log of", "corrupt", this.whyNot ?? "another process writes to it")
  }

  /** An id for an index of this process. */
  newIndex(): string {
    return `${this.#connection.writer}.${++this.#indexes}`
  }

  /** Confirms an index, if it is still the last one (A1). */
  confirm(id: string): Effect.Effect<boolean, StorageFailure> {
    return this.write((acceptor) => ({
      record: acceptor.hasIndex(id) ? recordOf({ kind: "confirm", id }) : null,
      answer: acceptor.hasIndex(id)
    }))
  }

  #read(job: JobStorage): Effect.Effect<void, StorageFailure> {
    return Effect.map(refreshAcceptor(job, this.acceptor), (acceptor) => {
      this.acceptor = acceptor
      this.#mustRead = false
    })
  }

  #append<A>(job: JobStorage, decide: (acceptor: Acceptor) => Decision<A>): Effect.Effect<A, StorageFailure> {
    return Effect.gen({ self: this }, function* () {
      for (;;) {
        if (this.#mustRead) yield* this.#read(job)
        const { answer, record } = decide(this.acceptor)
        if (record === null) return answer
        const position = this.acceptor.last + 1
        const bytes = encodeRecord(record)
        this.#mustRead = true // Unless all goes well.
        const appended = yield* job.appendEntry(position, bytes)
        const isOurs = appended === "appended" || (yield* isStanding(job, position, bytes))
        const positions = yield* job.listEntries
        if (!isOurs || positions.at(-1) !== position) continue // R1
        if (position > 1 && !positions.includes(position - 1)) {
          this.acceptor = damagedAcceptor(position)
          return yield* this.#failed("append to", "corrupt", "records are gone from its log")
        }
        this.acceptor.apply({ position, record })
        this.#mustRead = false
        return answer
      }
    })
  }

  #note(failure: Unreachable): void {
    this.problem = failure
  }

  #noteFailure(failure: StorageFailure): void {
    if (failure.reason !== "missing" && failure.reason !== "exists" && failure.reason !== "invalid") {
      this.fallBehind(failure)
    }
  }

  #exclusively<A, E>(effect: () => Effect.Effect<A, E>): Effect.Effect<A, E> {
    return this.#turn.withPermits(1)(Effect.suspend(effect))
  }

  #limited<A>(effect: Effect.Effect<A, StorageFailure>, operation: string): Effect.Effect<A, StorageFailure> {
    return Effect.timeoutOrElse(effect, {
      duration: this.#connection.tuning.timeLimit,
      orElse: () => Effect.fail(this.#failed(operation, "timeout", "no answer"))
    })
  }

  #failed(operation: string, reason: StorageFailure["reason"], problem: string): StorageFailure {
    const outcome = reason === "timeout" ? "unknown" : "none"
    return new StorageFailure({ operation, path: this.location, reason, outcome, cause: new Error(problem) })
  }
}

const isStanding = (job: JobStorage, position: number, bytes: Uint8Array): Effect.Effect<boolean, StorageFailure> =>
  job.readEntry(position).pipe(
    Effect.map((standing) => Buffer.from(standing).equals(bytes)),
    Effect.catchIf(
      ({ reason }) => reason === "missing" || reason === "corrupt",
      () => Effect.succeed(false)
    )
  )
