/** One record's way through an asynchronous function: its calls, their time limit, their repetition. */
import { Cause, Effect } from "effect"
import type { AsyncMap } from "../../operator/mapAsync.ts"

/** A call took too long. */
class CallTimedOut extends Error {
  override readonly name = "CallTimedOut"
}

/** Answers the result. Fails: with what the last call failed with. Interrupting it aborts the signal of the call. */
export const asyncResult = (asyncMap: AsyncMap, value: unknown): Effect.Effect<unknown, unknown> => {
  const { onTimeout, retry } = asyncMap
  const limited = timeLimited(asyncMap, oneCall(asyncMap, value))
  const repeated = retry === null ? limited : Effect.retry(limited, retry)
  if (onTimeout === null) return repeated
  return Effect.catchIf(
    repeated,
    (error) => error instanceof CallTimedOut,
    () => Effect.try({ try: () => onTimeout(value), catch: (error) => error })
  )
}

/** Functions that answer a promise are given its signal; an Effect is interrupted. What is thrown is a failure, too. */
const oneCall = ({ call }: AsyncMap, value: unknown): Effect.Effect<unknown, unknown> =>
  Effect.callback<unknown, unknown>((resume, signal) => {
    try {
      const answer = call(value, { signal })
      if (Effect.isEffect(answer)) resume(defectsAsFailures(answer))
      else {
        Promise.resolve(answer).then(
          (result) => resume(Effect.succeed(result)),
          (error: unknown) => resume(Effect.fail(error))
        )
      }
    } catch (error) {
      resume(Effect.fail(error))
    }
  })

/** A user's Effect that dies fails the record, as a function that throws does. */
const defectsAsFailures = (effect: Effect.Effect<unknown, unknown>): Effect.Effect<unknown, unknown> =>
  Effect.catchCause(effect, (cause) => Effect.fail(Cause.squash(cause)))

const timeLimited = (
  { timeoutMs }: AsyncMap,
  call: Effect.Effect<unknown, unknown>
): Effect.Effect<unknown, unknown> =>
  timeoutMs === null
    ? call
    : Effect.timeoutOrElse(call, {
        duration: timeoutMs,
        orElse: () => Effect.fail(new CallTimedOut(`no answer within ${timeoutMs} ms`))
      })
