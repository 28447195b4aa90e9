import type { Source } from "@tidemark/core/connector"
import { Effect } from "effect"
import type { SplitStart } from "./messages.ts"

/** What has become of a source's splits, as the runtime tells their reader. */
export class SplitWatch {
  #known = 0
  readonly #starts: Array<SplitStart> = []

  /** Splits that are read in this process, in the order of their assignment. */
  get starts(): ReadonlyArray<SplitStart> {
    return this.#starts
  }

  /** Splits that an earlier process has read to their end. */
  get finished(): number {
    return this.#known - this.#starts.length
  }

  /** The same source, watched: a source is a value, so another may stand around it. */
  watch<A>(source: Source<A>): Source<A> {
    return {
      ...source,
      discover: Effect.tap(source.discover, (splits) => this.#know(splits.length)),
      validate: (splits) => Effect.tap(source.validate(splits), () => this.#know(splits.length)),
      open: (context) =>
        Effect.map(source.open(context), (reader) => ({
          assign: (split, position) => {
            this.#starts.push({ id: split.id, subtask: context.subtask, position })
            reader.assign(split, position)
          },
          poll: (recordsMax) => reader.poll(recordsMax)
        }))
    }
  }

  #know(count: number): Effect.Effect<void> {
    return Effect.sync(() => {
      this.#known = count
      // A restart within the process assigns anew.
      this.#starts.length = 0
    })
  }
}
