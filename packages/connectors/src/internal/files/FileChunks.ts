/**
 * Reads a file ahead of its consumer: at most two chunks wait to be taken.
 */
import { type FileHandle, open } from "node:fs/promises"
import type { SourceFailure } from "@tidemark/core/connector"
import { Cause, Effect, Latch, Option } from "effect"
import { changedFailure, readFailure, triedRead as tried } from "../sourceFailures.ts"

const chunksAheadMax = 2

export type NextChunk =
  | { readonly _tag: "Chunk"; readonly bytes: Buffer }
  | { readonly _tag: "Pending" }
  | { readonly _tag: "End" }
  | { readonly _tag: "Failed"; readonly failure: SourceFailure }

export interface FileChunksOptions {
  readonly path: string
  readonly offset: number
  /** Bytes that the file had when it was discovered: what is appended later is not read. */
  readonly end: number
  readonly chunkBytes: number
  /** Called when `take` may answer something new. */
  readonly wake: () => void
}

export class FileChunks {
  private readonly options: FileChunksOptions
  private readonly waiting: Array<Buffer> = []
  private readonly hasRoom = Latch.makeUnsafe(true)
  private last: NextChunk = { _tag: "Pending" }

  constructor(options: FileChunksOptions) {
    this.options = options
  }

  /** The next bytes, or why there are none. Synchronous. */
  take(): NextChunk {
    const bytes = this.waiting.shift()
    if (bytes === undefined) return this.last
    this.hasRoom.openUnsafe()
    return { _tag: "Chunk", bytes }
  }

  /** Reads to the end; to be run in a fiber of its own. Outcomes arrive through {@link take}. Fails: for a shorter file. */
  get readAll(): Effect.Effect<void> {
    const { path, wake } = this.options
    const read = Effect.acquireUseRelease(
      tried(path, () => open(path, "r")),
      (file) => this.readChunks(file),
      (file) => Effect.promise(() => file.close())
    )
    return read.pipe(
      Effect.matchCause({
        onSuccess: (): NextChunk => ({ _tag: "End" }),
        onFailure: (cause): NextChunk => ({
          _tag: "Failed",
          failure: Option.getOrElse(Cause.findErrorOption(cause), () => readFailure(path, Cause.squash(cause)))
        })
      }),
      Effect.flatMap((last) =>
        Effect.sync(() => {
          this.last = last
          wake()
        })
      )
    )
  }

  private readChunks(file: FileHandle): Effect.Effect<void, SourceFailure> {
    const { path, chunkBytes, end, wake } = this.options
    let offset = this.options.offset
    return Effect.gen({ self: this }, function* () {
      while (offset < end) {
        yield* this.hasRoom.await
        const wanted = Math.min(chunkBytes, end - offset)
        const { buffer, bytesRead } = yield* tried(path, () => file.read(Buffer.allocUnsafe(wanted), 0, wanted, offset))
        if (bytesRead === 0) return yield* changedFailure(path, `it was cut from ${end} to ${offset} bytes or fewer`)
        offset += bytesRead
        this.waiting.push(buffer.subarray(0, bytesRead))
        if (this.waiting.length >= chunksAheadMax) this.hasRoom.closeUnsafe()
        wake()
      }
    })
  }
}
