/** How the records of a key are cut into finite pieces of event time. */
import type { Duration } from "effect"

export type Window =
  | { readonly _tag: "Tumbling"; readonly size: Duration.Input }
  | { readonly _tag: "Sliding"; readonly size: Duration.Input; readonly every: Duration.Input }

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
  tumbling: (size: Duration.Input): Window => ({ _tag: "Tumbling", size }),
  /**
   * Windows of one size, of which one begins at every multiple of `every` after and before the epoch in UTC: a record
   * belongs to all that contain it.
   *
   * Fails: a size or an interval that is no positive, whole number of milliseconds, or an interval that is longer than the
   * size, makes the pipeline invalid.
   */
  sliding: (size: Duration.Input, every: Duration.Input): Window => ({ _tag: "Sliding", size, every })
} as const
