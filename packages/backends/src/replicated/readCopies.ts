/** Reads an object from whichever store has a good copy. */
import { StorageFailure } from "@tidemark/core/storage"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type Answers, type Background, countOf } from "./Background.ts"
import { type Copy, checkedCopy, isBytes } from "./copies.ts"
import { failureAmong, type Quorum, tooFew } from "./quorum.ts"

/** A store as far as reading objects goes. */
export interface CopySource {
  readonly location: string
  /** Whether it counts when it says that an object is missing. */
  readonly isSound: boolean
  /** Why it does not count; null if it does. */
  readonly whyNot: string | null
  readonly readCopy: (name: string) => Effect.Effect<Uint8Array, StorageFailure>
}

export interface CopyRequest<S> {
  readonly name: string
  readonly path: string
  readonly sources: ReadonlyArray<S>
  readonly background: Background
  readonly quorum: Quorum
  /** A store that has not answered after this long is not waited for alone. */
  readonly hedgeAfter: Duration.Input
}

export interface FoundCopy<S> {
  readonly bytes: Uint8Array
  /** Stores that should have it and have not, or not as it was written. */
  readonly bad: ReadonlyArray<S>
}

/** `stopped`: another store was faster. */
type Found = Copy | "stopped"

/** Asks one store after the other, the next one as soon as one fails or takes long; the first good copy it is. */
export const readCopies = <S extends CopySource>(
  request: CopyRequest<S>
): Effect.Effect<FoundCopy<S>, StorageFailure> =>
  Effect.suspend(() => {
    const { background, name, quorum, sources } = request
    const hedgeMs = Duration.toMillis(request.hedgeAfter)
    const turns = sources.map(() => Deferred.makeUnsafe<void>())
    const pass = (index: number): void => {
      const turn = turns[index]
      if (turn !== undefined) Deferred.doneUnsafe(turn, Effect.void)
    }
    let isDone = false
    const ask = Effect.fnUntraced(function* (source: S, index: number): Effect.fn.Return<Found, StorageFailure> {
      const turn = turns[index]
      if (index > 0 && turn !== undefined) {
        yield* Effect.raceFirst(Deferred.await(turn), Effect.sleep(hedgeMs * index))
      }
      if (isDone) return "stopped"
      const copy = yield* Effect.result(checkedCopy(source.readCopy(name)))
      if (!Result.isSuccess(copy) || !isBytes(copy.success)) pass(index + 1)
      return yield* Effect.fromResult(copy)
    })
    const done = Effect.sync(() => {
      isDone = true
      turns.forEach((_, index) => void pass(index))
    })
    const isEnough = (answers: Answers<S, Found>): boolean =>
      countOf(answers, isBytes) > 0 || countOf(answers, isMissing) >= quorum.read
    return Effect.flatMap(Effect.ensuring(background.gather(sources, ask, isEnough), done), (answers) =>
      conclude(request, answers)
    )
  })

const isMissing = (found: Found, { isSound }: CopySource): boolean => found === "missing" && isSound

const conclude = <S extends CopySource>(
  { name, path, quorum, sources }: CopyRequest<S>,
  answers: Answers<S, Found>
): Effect.Effect<FoundCopy<S>, StorageFailure> => {
  const operation = "read object"
  const saying = (is: Found): ReadonlyArray<S> =>
    answers.flatMap(({ from, result }) => (Result.isSuccess(result) && result.success === is ? [from] : []))
  const corrupt = saying("corrupt")
  for (const { result } of answers) {
    if (!Result.isSuccess(result) || !isBytes(result.success)) continue
    return Effect.succeed({ bytes: result.success, bad: [...corrupt, ...saying("missing")] })
  }
  if (countOf(answers, isMissing) >= quorum.read) {
    return Effect.fail(new StorageFailure({ operation, path, reason: "missing", outcome: "none" }))
  }
  if (corrupt.length > 0) {
    const cause = new Error(`its copy is damaged in ${corrupt.map(({ location }) => location).join(" and ")}`)
    return Effect.fail(new StorageFailure({ operation, path, reason: "corrupt", outcome: "none", cause }))
  }
  return Effect.fail(
    tooFew({
      operation,
      path: `${path} (${name})`,
      need: quorum.read,
      stores: sources,
      outcome: "none",
      problemOf: (store) => store.whyNot ?? failureAmong(answers, store)?.message ?? null
    })
  )
}
