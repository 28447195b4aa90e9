/**
 * A source that emits at a fixed rate, whatever the job does. Every record carries the time at which it was to be
 * emitted: one that a busy task takes late has waited since then, and counts as such (no coordinated omission).
 */
import type { Json, Source, SourceReader } from "@tidemark/core/connector"
import { Effect, Schema } from "effect"

export const Ping = Schema.Struct({ key: Schema.Int, at: Schema.Number, count: Schema.Int })
export type Ping = typeof Ping.Type

export interface OpenLoopOptions {
  /** `Infinity` for as fast as the job goes. */
  readonly recordsPerMs: number
  readonly durationMs: number
  readonly keys: number
}

const Position = Schema.Struct({ next: Schema.Int })
const decodePosition = Schema.decodeUnknownSync(Position)

export const openLoop = (options: OpenLoopOptions): Source<Ping> => ({
  description: "open loop",
  schema: Ping,
  isBounded: true,
  isTimeOrdered: true,
  discover: Effect.succeed([{ id: "all", spec: null }]),
  validate: () => Effect.void,
  open: ({ wake }) => Effect.sync(() => readerOf(options, wake))
})

/** A prime stride: the keys are met in an order of their own. */
const stride = 100_003

const readerOf = ({ durationMs, keys, recordsPerMs }: OpenLoopOptions, wake: () => void): SourceReader<Ping> => {
  const isPaced = Number.isFinite(recordsPerMs)
  let began: number | null = null
  let next = 0
  let isFinished = false
  return {
    assign: (_split, position: Json | null) => {
      next = position === null ? 0 : decodePosition(position).next
    },
    poll: (recordsMax) => {
      if (isFinished) return { _tag: "Exhausted" }
      const now = performance.now()
      began ??= now
      const elapsedMs = now - began
      const isOver = isPaced ? next >= recordsPerMs * durationMs : elapsedMs >= durationMs
      if (isOver) {
        isFinished = true
        return { _tag: "SplitFinished", split: "all" }
      }
      const due = isPaced ? Math.floor(elapsedMs * recordsPerMs) + 1 - next : recordsMax
      if (due <= 0) {
        // The loop must not sleep for a millisecond: it takes turns with everything else that waits.
        setImmediate(wake)
        return { _tag: "Pending" }
      }
      const values: Array<Ping> = []
      for (const end = next + Math.min(due, recordsMax); next < end; next++) {
        values.push({ key: (next * stride) % keys, at: isPaced ? began + next / recordsPerMs : now, count: 1 })
      }
      return { _tag: "Records", split: "all", values, position: { next }, skipped: 0 }
    }
  }
}
