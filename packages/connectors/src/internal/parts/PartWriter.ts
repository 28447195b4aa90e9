/**
 * Writes the records of one subtask, a line each. HOT per record.
 *
 * W1 Every cut between two checkpoints begins a new hidden file: several may be under preparation at once.
 * W2 A part whose appends did not all succeed is never prepared.
 * W3 A hidden file that is there before our first byte is another run's: terms are unique within one log only.
 */
import { join } from "node:path"
import { type Files, type Json, SinkFailure, type SinkWriter, StorageFailure } from "@tidemark/core/connector"
import { Effect, Result } from "effect"
import { asSink } from "../sinkFailures.ts"
import type { PartTransaction } from "./PartTransaction.ts"
import { hiddenName, type Owner, partName } from "./partName.ts"

/** What stands in the files of a sink. */
export interface PartFormat<A> {
  /** The end of visible names, without the dot. */
  readonly extension: string
  /** What every file begins with, its line break included; empty for nothing. */
  readonly head: string
  /** One record without its line break, or why it has none. */
  readonly encode: (value: A) => Result.Result<string, string>
}

export interface PartWriterOptions<A> {
  readonly directory: string
  readonly files: Files
  readonly format: PartFormat<A>
  readonly owner: Owner
  readonly term: number
  readonly subtask: number
}

/** Characters of a chunk; with the first full one the task is asked to flush. */
const bufferedCharsMax = 1024 * 1024

/** What was written between two cuts. */
class Cut {
  readonly hidden: string
  /** Lines not yet in the file: full chunks, and the one being filled. */
  readonly chunks: Array<string> = []
  text = ""
  records = 0
  /** Bytes in the file. */
  bytes = 0

  constructor(hidden: string) {
    this.hidden = hidden
  }
}

export class PartWriter<A> implements SinkWriter<A> {
  private readonly options: PartWriterOptions<A>
  private cuts = 0
  private current: Cut

  constructor(options: PartWriterOptions<A>) {
    this.options = options
    this.current = this.nextCut()
  }

  write(value: A): void {
    const line = this.options.format.encode(value)
    if (Result.isFailure(line)) throw this.refused(value, line.failure)
    const cut = this.current
    if (cut.records === 0) cut.text = this.options.format.head
    cut.text += `${line.success}\n`
    cut.records++
    // One window may fire more than a string can hold before the task gets to flush.
    if (cut.text.length >= bufferedCharsMax) {
      cut.chunks.push(cut.text)
      cut.text = ""
    }
  }

  isFull(): boolean {
    return this.current.chunks.length > 0
  }

  get flush(): Effect.Effect<void, SinkFailure> {
    return Effect.suspend(() => asSink(this.options.directory, "write")(this.append(this.current)))
  }

  prepare(checkpoint: number): Effect.Effect<Json | null, SinkFailure> {
    const cut = this.current
    if (cut.records === 0) return Effect.succeed(null)
    this.current = this.nextCut() // W1
    const { directory, files, owner, term, subtask } = this.options
    const path = join(directory, cut.hidden)
    const transaction = Effect.gen({ self: this }, function* () {
      yield* this.append(cut)
      yield* files.sync(path)
      yield* files.syncDirectory(directory)
      return { found: yield* files.size(path), expected: cut.bytes }
    })
    return transaction.pipe(
      asSink(directory, "prepare"),
      Effect.flatMap(({ found, expected }) => {
        if (found !== expected) return Effect.fail(this.torn(cut.hidden, { found, expected })) // W2
        const part = partName(owner, { checkpoint, term, subtask })
        return Effect.succeed({
          hidden: cut.hidden,
          part,
          checkpoint,
          records: cut.records,
          bytes: cut.bytes
        } satisfies PartTransaction)
      })
    )
  }

  private nextCut(): Cut {
    const { owner, term, subtask } = this.options
    return new Cut(hiddenName(owner, { term, subtask, cut: this.cuts++ }))
  }

  /** Moves what is buffered into the file. After a failure the chunk is kept and the size no longer adds up (W2). */
  private readonly append = Effect.fnUntraced(function* (
    this: PartWriter<A>,
    cut: Cut
  ): Effect.fn.Return<void, StorageFailure> {
    const { directory, files } = this.options
    const path = join(directory, cut.hidden)
    if (cut.text !== "") {
      cut.chunks.push(cut.text)
      cut.text = ""
    }
    if (cut.bytes === 0 && cut.chunks.length > 0) yield* this.refuseForeign(path) // W3
    for (let chunk = cut.chunks[0]; chunk !== undefined; chunk = cut.chunks[0]) {
      const bytes = new TextEncoder().encode(chunk)
      yield* cut.bytes === 0 ? files.write(path, bytes) : files.append(path, bytes)
      cut.chunks.shift()
      cut.bytes += bytes.length
    }
  })

  private refuseForeign(path: string): Effect.Effect<void, StorageFailure> {
    const foreign = new StorageFailure({
      operation: "begin",
      path,
      reason: "exists",
      outcome: "none",
      cause: new Error(
        "another run of the same job with another checkpoint directory writes here; give each run an output of its own"
      )
    })
    return this.options.files.size(path).pipe(
      Effect.matchEffect({
        onSuccess: () => Effect.fail(foreign),
        onFailure: (failure) => (failure.reason === "missing" ? Effect.void : Effect.fail(failure))
      })
    )
  }

  private refused(value: A, problem: string): SinkFailure {
    const text = Result.getOrElse(
      Result.try(() => JSON.stringify(value)),
      () => String(value)
    )
    return new SinkFailure({
      target: this.options.directory,
      operation: "write",
      reason: "schema",
      detail: `a record does not fit the schema: ${problem}. Record: ${text}. Correct the pipeline or the schema.`,
      retry: "never"
    })
  }

  private torn(hidden: string, { found, expected }: { readonly found: number; readonly expected: number }) {
    return new SinkFailure({
      target: this.options.directory,
      operation: "prepare",
      reason: "io",
      detail: `${hidden} has ${found} bytes instead of the ${expected} that were written. Check the disk.`,
      retry: "restart"
    })
  }
}
