/**
 * Looks for new files again and again. A file is read as it is when it is first seen: it must be whole when it gets its
 * name, so write it under a name that starts with a dot and rename it. One that goes on growing is reported, not read short.
 */
import { watch } from "node:fs"
import { stat } from "node:fs/promises"
import { SourceFailure as Failure, type SourceFailure, type Split } from "@tidemark/core/connector"
import { Cause, type Duration, Effect, Latch, Option, type Scope } from "effect"
import { readFailure, triedRead } from "../sourceFailures.ts"
import { decodeFileSpec, type FilePlace, filesIn, splitOf } from "./inputFiles.ts"

export interface WatchedFilesOptions {
  readonly place: FilePlace
  readonly owns: (split: string) => boolean
  readonly every: Duration.Input
  /** Called when `take` may answer something new. */
  readonly wake: () => void
}

export type Found =
  | { readonly _tag: "Found"; readonly splits: ReadonlyArray<Split> }
  | { readonly _tag: "Failed"; readonly failure: SourceFailure }

/** How often a file's size is compared with the one that it was found with. */
const looksAfterwards = 10

interface Seen {
  readonly split: Split
  readonly bytes: number
  looks: number
}

export class WatchedFiles {
  readonly #options: WatchedFilesOptions
  /** Null before the first look, whose outcome is told even if it is empty: what is remembered may be gone. */
  #seen: ReadonlyMap<string, Seen> | null = null
  /** Sizes of the files that are being read. */
  readonly #expected = new Map<string, number>()
  #found: Found | null = null

  constructor(options: WatchedFilesOptions) {
    this.#options = options
  }

  /** All files of ours, if there are other ones than when it was last asked, or what went wrong. Synchronous. */
  take(): Found | null {
    const found = this.#found
    if (found?._tag === "Found") this.#found = null
    return found
  }

  /** The file is going to be read to the size that it had. */
  expect({ id, spec }: Split): void {
    this.#expected.set(id, decodeFileSpec(spec).bytes)
  }

  /** Looks until the scope closes. */
  get run(): Effect.Effect<void, never, Scope.Scope> {
    const { place, every, wake } = this.#options
    return Effect.gen({ self: this }, function* () {
      const changed = Latch.makeUnsafe(false)
      yield* hints(place.directory, () => changed.openUnsafe())
      for (;;) {
        changed.closeUnsafe()
        yield* this.#look()
        yield* Effect.raceFirst(changed.await, Effect.sleep(every))
      }
    }).pipe(
      Effect.catchCause((cause) =>
        Effect.sync(() => {
          if (Cause.hasInterruptsOnly(cause)) return
          const failure = Option.getOrElse(Cause.findErrorOption(cause), () =>
            readFailure(place.directory, Cause.squash(cause))
          )
          this.#found = { _tag: "Failed", failure }
          wake()
        })
      )
    )
  }

  readonly #look = Effect.fnUntraced(function* (this: WatchedFiles): Effect.fn.Return<void, SourceFailure> {
    const { owns, place, wake } = this.#options
    const paths = (yield* filesIn(place)).filter(owns)
    const now = new Map<string, Seen>()
    let isOther = paths.length !== this.#seen?.size
    for (const path of paths) {
      const before = this.#seen?.get(path)
      const seen = before ?? (yield* this.#firstSeen(path))
      if (seen === null) continue
      if (before === undefined) isOther = true
      if (seen.looks > 0) {
        seen.looks--
        yield* this.#demandSize(path, this.#expected.get(path) ?? seen.bytes)
      }
      now.set(path, seen)
    }
    this.#seen = now
    if (!isOther) return
    this.#found = { _tag: "Found", splits: [...now.values()].map(({ split }) => split) }
    wake()
  })

  /** Null for a file that was taken away between the look at the directory and the look at the file. */
  #firstSeen(path: string): Effect.Effect<Seen | null, SourceFailure> {
    return splitOf(path).pipe(
      Effect.map((split): Seen => ({ split, bytes: decodeFileSpec(split.spec).bytes, looks: looksAfterwards })),
      Effect.catchIf(
        (failure) => failure.reason === "missing",
        () => Effect.succeed(null)
      )
    )
  }

  readonly #demandSize = Effect.fnUntraced(function* (path: string, bytes: number) {
    const size = yield* triedRead(path, () => stat(path)).pipe(
      Effect.map(({ size }) => size),
      Effect.catchIf(
        (failure) => failure.reason === "missing",
        () => Effect.succeed(bytes)
      )
    )
    if (size === bytes) return
    return yield* new Failure({
      path,
      reason: "changed",
      detail:
        `it changed from ${bytes} to ${size} bytes after it appeared. A watched file must be whole when it gets its name: ` +
        "write it under a name that starts with a dot, then rename it. Start over with --resume never.",
      retry: "never"
    })
  })
}

/** The system's own notifications where it has some; without them new files are found a period later. */
const hints = (directory: string, onChange: () => void): Effect.Effect<void, never, Scope.Scope> =>
  Effect.asVoid(
    Effect.acquireRelease(
      Effect.sync(() => {
        try {
          return watch(directory, { persistent: false }, onChange).on("error", () => {})
        } catch {
          return null
        }
      }),
      (watcher) => Effect.sync(() => watcher?.close())
    )
  )
