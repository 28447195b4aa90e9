/**
 * Reads files one after the other, and those that appear meanwhile where the source watches for them.
 */
import type { Json, Polled, SourceContext, SourceReader, Split } from "@tidemark/core/connector"
import { type Duration, Effect, FiberSet, type Scope } from "effect"
import { SplitQueue } from "../SplitQueue.ts"
import type { FilePlace } from "./inputFiles.ts"
import { WatchedFiles } from "./watchedFiles.ts"

export interface FilesWatch {
  readonly place: FilePlace
  readonly every: Duration.Input
  readonly forgetsRemoved: boolean
}

/** Reads one file. */
export interface FileReader<A> {
  readonly poll: (recordsMax: number) => Polled<A>
}

export interface FileReaderContext {
  readonly wake: () => void
  /** Runs in the reader's scope. */
  readonly runFork: (effect: Effect.Effect<void>) => void
}

export const openFilesReader = <A>(
  options: {
    readonly watch: FilesWatch | null
    readonly read: (split: Split, position: Json | null, context: FileReaderContext) => FileReader<A>
  },
  { owns, wake }: SourceContext
): Effect.Effect<SourceReader<A>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { watch } = options
    const runFork = yield* FiberSet.makeRuntime<never, void, never>()
    const splits = new SplitQueue<FileReader<A>>()
    const watched = watch === null ? null : new WatchedFiles({ place: watch.place, every: watch.every, owns, wake })
    if (watched !== null) yield* Effect.forkScoped(watched.run)
    return {
      assign: (split, position) => {
        watched?.expect(split)
        splits.add(options.read(split, position, { wake, runFork }))
      },
      poll: (recordsMax): Polled<A> => {
        const found = watched?.take() ?? null
        if (found?._tag === "Failed") return found
        if (found !== null) {
          return { _tag: "SplitsFound", splits: found.splits, forgetsOthers: watch?.forgetsRemoved ?? false }
        }
        const { current } = splits
        if (current === undefined) return { _tag: watched === null ? "Exhausted" : "Pending" }
        const polled = current.poll(recordsMax)
        if (polled._tag === "SplitFinished") splits.finish()
        return polled
      }
    }
  })
