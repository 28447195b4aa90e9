/** How the records of a key are cut into finite pieces of event time. */
import type { Duration } from "effect"

export interface Window {
  readonly _tag: "Tumbling"
  readonly size: Duration.Input
}

/** A window's span of event time in epoch milliseconds; `end` is exclusive. */
export interface WindowSpan {
  readonly start: number
  readonly end: number
}

/** What a windowed aggregation emits when the watermark has passed the end of a window. */
export interface WindowResult<K, R> {
  readonly key: K
  readonly window: WindowSpan
  readonly value: R
}

export const Window = {
  /**
   * Windows of one size that neither overlap nor leave gaps, aligned to the epoch in UTC.
   *
   * Fails: a size that is no positive, whole number of milliseconds makes the pipeline invalid.
   */
  tumbling: (size: Duration.Input): Window => ({ _tag: "Tumbling", size })
} as const
