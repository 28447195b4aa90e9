/**
 * Runs one thing on several stores and waits for as many as it takes; the others go on in the background until the
 * job's scope closes, which waits a little for them.
 */
import type { StorageFailure } from "@tidemark/core/storage"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as Result from "effect/Result"
import type { Scope } from "effect/Scope"

/** What one of the stores has answered. */
export interface Answer<S, A, E> {
  readonly from: S
  readonly result: Result.Result<A, E>
}

export type Answers<S, A, E = StorageFailure> = ReadonlyArray<Answer<S, A, E>>

/** How many stores have answered so. */
export const countOf = <S, A, E>(answers: Answers<S, A, E>, isCounted: (answer: A, from: S) => boolean): number =>
  answers.filter(({ from, result }) => Result.isSuccess(result) && isCounted(result.success, from)).length

/** How long the end of a job waits for stores that lag behind. */
const drainLimit: Duration.Input = "2 seconds"

export class Background {
  /** Null when the job's scope has closed, or if there is none. */
  #fibers: FiberSet.FiberSet | null

  private constructor(fibers: FiberSet.FiberSet | null) {
    this.#fibers = fibers
  }

  /** Where nothing may go on: what has not answered in time is interrupted. */
  static readonly none = new Background(null)

  static readonly make: Effect.Effect<Background, never, Scope> = Effect.gen(function* () {
    const fibers = yield* FiberSet.make()
    const background = new Background(fibers)
    yield* Effect.addFinalizer(() =>
      Effect.andThen(
        Effect.timeoutOption(FiberSet.awaitEmpty(fibers), drainLimit),
        Effect.sync(() => {
          background.#fibers = null
        })
      )
    )
    return background
  })

  /** Starts something that nobody waits for. */
  start(effect: Effect.Effect<void>): Effect.Effect<void> {
    return Effect.suspend(() => {
      const fibers = this.#fibers
      return fibers === null ? Effect.void : Effect.asVoid(FiberSet.run(fibers, effect, { startImmediately: true }))
    })
  }

  /** Does something that is brought to its end, if that does not take long, also when nobody waits for it any more. */
  finish<A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> {
    return Effect.suspend(() => {
      const fibers = this.#fibers
      return fibers === null ? effect : Effect.flatMap(FiberSet.run(fibers, effect), (fiber) => Fiber.join(fiber))
    })
  }

  /** Asks all; answers when `isEnough`, or when all have answered. */
  gather<S, A, E>(
    stores: ReadonlyArray<S>,
    ask: (store: S, index: number) => Effect.Effect<A, E>,
    isEnough: (answers: Answers<S, A, E>) => boolean
  ): Effect.Effect<Answers<S, A, E>> {
    return Effect.suspend(() => {
      if (stores.length === 0) return Effect.succeed([])
      const answers: Array<Answer<S, A, E>> = []
      const done = Deferred.makeUnsafe<void>()
      const asked = stores.map((from, index) =>
        Effect.result(ask(from, index)).pipe(
          Effect.onExit((exit) =>
            Effect.sync(() => {
              if (Exit.isSuccess(exit)) answers.push({ from, result: exit.value })
              else Deferred.doneUnsafe(done, Effect.failCause(exit.cause)) // A defect, or the end of the job.
              if (answers.length === stores.length || isEnough(answers)) Deferred.doneUnsafe(done, Effect.void)
            })
          ),
          Effect.asVoid
        )
      )
      const awaited = Effect.map(Deferred.await(done), (): Answers<S, A, E> => [...answers])
      if (this.#fibers !== null) {
        return Effect.andThen(
          Effect.forEach(asked, (effect) => this.start(effect), { discard: true }),
          awaited
        )
      }
      const forked = Effect.forEach(asked, (effect) => Effect.forkScoped(effect), { discard: true })
      return Effect.scoped(Effect.andThen(forked, awaited))
    })
  }
}
