/** Turns every record into another by work that takes its time: a request, a look-up, a computation elsewhere. */
import type { Duration, Effect, Schedule, Schema } from "effect"

/** What a function of `mapAsync` is given besides its record. */
export interface AsyncCall {
  /** Aborted when the call has timed out, and when the attempt of the job ends. */
  readonly signal: AbortSignal
}

export interface MapAsyncOptions<A, B> {
  /** Schema of the results. */
  readonly schema: Schema.Codec<B, unknown>
  /**
   * `ordered` (the default): results come in the order of their records. `unordered`: as they are ready; but none passes a
   * watermark, so that no record becomes late.
   */
  readonly order?: "ordered" | "unordered"
  /** Records in work in one subtask, 100 by default; while there are so many nothing more is taken. */
  readonly capacity?: number
  /** How long one call may take; it is interrupted then, and has failed. No limit by default. */
  readonly timeout?: Duration.Input
  /** When a failed call is made again, such as `Schedule.exponential("100 millis").pipe(Schedule.upTo({ times: 3 }))`; never by default. */
  readonly retry?: Schedule.Schedule<unknown, unknown>
  /** The result of a record whose last call has timed out; without it the job fails. */
  readonly onTimeout?: (value: A) => NoInfer<B>
}

/** The function of a `mapAsync`; what fails in the end fails the job, which resumes from its last checkpoint. */
export type AsyncFunction<A, B> = (value: A, call: AsyncCall) => Promise<B> | Effect.Effect<B, unknown>

/** Options behind the builder, which has checked their types. */
export type AnyMapAsyncOptions = Omit<MapAsyncOptions<unknown, unknown>, "onTimeout"> & {
  readonly onTimeout: ((value: unknown) => unknown) | null
}

/** What the task's input needs to make the calls. */
export interface AsyncMap {
  readonly uid: string
  readonly call: (value: unknown, call: AsyncCall) => Promise<unknown> | Effect.Effect<unknown, unknown>
  readonly isOrdered: boolean
  readonly capacity: number
  /** Milliseconds; null for no limit. */
  readonly timeoutMs: number | null
  readonly retry: Schedule.Schedule<unknown, unknown> | null
  readonly onTimeout: ((value: unknown) => unknown) | null
  /** Schema of the records that are given to it: those in work are part of every checkpoint. */
  readonly record: Schema.Codec<unknown, unknown>
}
