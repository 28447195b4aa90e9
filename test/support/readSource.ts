/**
 * Drives a source as the runtime does, without the runtime: poll, wait for `wake` when pending.
 */
import type { Json, Source, SourceFailure, Split } from "@tidemark/core/connector"
import { Effect, Latch } from "effect"

/** Answers of one read, in order. */
export interface ReadResult<A> {
  readonly values: ReadonlyArray<A>
  readonly skipped: number
  /** The last position of every split that was read from. */
  readonly positions: ReadonlyMap<string, Json>
  readonly finished: ReadonlyArray<string>
}

export interface ReadOptions {
  readonly splits: ReadonlyArray<Split>
  /** Where to read on, by split; from the beginning if absent. */
  readonly positions?: ReadonlyMap<string, Json>
  readonly recordsMax?: number
  /** Stops after this many polls that answered records. */
  readonly pollsMax?: number
}

export const readSource = <A>(source: Source<A>, options: ReadOptions): Effect.Effect<ReadResult<A>, SourceFailure> =>
  Effect.scoped(
    Effect.gen(function* () {
      const woken = Latch.makeUnsafe(false)
      const reader = yield* source.open({
        operator: "source",
        subtask: 0,
        owns: () => true,
        wake: () => woken.openUnsafe()
      })
      for (const split of options.splits) reader.assign(split, options.positions?.get(split.id) ?? null)
      const values: Array<A> = []
      const positions = new Map<string, Json>()
      const finished: Array<string> = []
      let skipped = 0
      let polls = 0
      while (polls < (options.pollsMax ?? Number.POSITIVE_INFINITY)) {
        woken.closeUnsafe()
        const polled = reader.poll(options.recordsMax ?? 100)
        if (polled._tag === "Exhausted") break
        if (polled._tag === "Failed") return yield* polled.failure
        if (polled._tag === "Pending") yield* woken.await
        else if (polled._tag === "SplitFinished") finished.push(polled.split)
        else if (polled._tag === "SplitsFound") for (const split of polled.splits) reader.assign(split, null)
        else {
          polls++
          values.push(...polled.values)
          skipped += polled.skipped
          positions.set(polled.split, polled.position)
        }
      }
      return { values, skipped, positions, finished }
    })
  )
