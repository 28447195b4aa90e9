/**
 * A two-phase sink into files of one directory, whatever stands in them.
 *
 * In progress: a hidden file, appended. Prepared: its content and its name synced, still hidden; the transaction names
 * it. Committed: linked under its visible name, the directory synced, the hidden name removed.
 *
 * P1 A visible file is whole, belongs to a transaction that was committed, and is never written again.
 * P2 Only files of this job and operator are ever touched; hidden ones are removed only if of an earlier term (T3).
 * P3 A prepared file that is neither hidden nor visible is a failure, never silence.
 */
import { join } from "node:path"
import {
  type Files,
  type Json,
  type Sink,
  type SinkContext,
  SinkFailure,
  type SinkSession
} from "@tidemark/core/connector"
import { nodeFiles } from "@tidemark/core/files"
import { Effect, type Schema } from "effect"
import { asSink } from "../sinkFailures.ts"
import { decodeTransaction, type PartTransaction } from "./PartTransaction.ts"
import { type PartFormat, PartWriter } from "./PartWriter.ts"
import { checkpointOfPart, type Owner, ownerOf, probeName, termOfHidden } from "./partName.ts"

export interface PartSinkOptions<A> {
  readonly description: string
  readonly directory: string
  readonly schema: Schema.Codec<A, unknown>
  readonly files: Files | undefined
  readonly format: PartFormat<A>
}

export const partSink = <A>(options: PartSinkOptions<A>): Sink<A> => {
  const { description, directory, files = nodeFiles, format, schema } = options
  return {
    description,
    schema,
    delivery: "two-phase",
    open: Effect.fnUntraced(function* (context) {
      const target = new PartTarget(directory, { files, context, extension: format.extension })
      const { owner } = target
      yield* target.probe
      return {
        highestVisible: target.highestVisible,
        rewind: (to) => target.rewind(to),
        rollback: (keep) => target.rollback(keep),
        commit: (transactions) => target.commit(transactions),
        writer: (subtask) =>
          Effect.sync(() => new PartWriter({ directory, files, format, owner, term: context.term, subtask }))
      } satisfies SinkSession<A>
    })
  }
}

class PartTarget {
  readonly owner: Owner
  private readonly directory: string
  private readonly files: Files
  private readonly term: number

  constructor(
    directory: string,
    options: { readonly files: Files; readonly context: SinkContext; readonly extension: string }
  ) {
    this.directory = directory
    this.files = options.files
    this.owner = ownerOf(options.context, options.extension)
    this.term = options.context.term
  }

  /** Finds out whether the directory can be written to, before anything runs. */
  get probe(): Effect.Effect<void, SinkFailure> {
    const { directory, files } = this
    const path = this.path(probeName(this.owner, this.term))
    const makeDirectory = files.makeDirectory(directory).pipe(
      Effect.mapError((cause) =>
        cause.reason === "exists" || cause.reason === "invalid"
          ? this.failure("open", {
              reason: "invalid",
              detail: "it is a file, or lies below one. Choose another output directory."
            })
          : cause
      )
    )
    return makeDirectory.pipe(
      Effect.andThen(files.write(path, new Uint8Array(1))),
      Effect.andThen(files.remove(path)),
      Effect.catchTag("StorageFailure", (cause) => asSink(directory, "open")(Effect.fail(cause)))
    )
  }

  get highestVisible(): Effect.Effect<number | null, SinkFailure> {
    return Effect.map(this.visible("open"), (parts) =>
      parts.length === 0 ? null : Math.max(...parts.map(({ checkpoint }) => checkpoint))
    )
  }

  rewind(to: number | null): Effect.Effect<void, SinkFailure> {
    return Effect.gen({ self: this }, function* () {
      const newer = (yield* this.visible("rewind")).filter(({ checkpoint }) => checkpoint > (to ?? 0))
      for (const { name } of newer) yield* asSink(this.directory, "rewind")(this.files.remove(this.path(name)))
      yield* asSink(this.directory, "rewind")(this.files.syncDirectory(this.directory))
    })
  }

  rollback(keep: ReadonlyArray<Json>): Effect.Effect<void, SinkFailure> {
    return Effect.gen({ self: this }, function* () {
      const kept = new Set((yield* this.decodeAll("rollback", keep)).map(({ hidden }) => hidden))
      for (const name of yield* this.names("rollback")) {
        const term = termOfHidden(this.owner, name)
        if (term === null || term >= this.term || kept.has(name)) continue // P2
        yield* asSink(this.directory, "rollback")(this.files.remove(this.path(name)))
      }
    })
  }

  commit(transactions: ReadonlyArray<Json>): Effect.Effect<void, SinkFailure> {
    return Effect.gen({ self: this }, function* () {
      if (transactions.length === 0) return
      const decoded = yield* this.decodeAll("commit", transactions)
      for (const transaction of decoded) yield* this.publish(transaction)
      yield* asSink(this.directory, "commit")(this.files.syncDirectory(this.directory))
      // Only now: before the directory is synced, a power loss could take the visible name and leave none (P3).
      for (const { hidden } of decoded) yield* asSink(this.directory, "commit")(this.files.remove(this.path(hidden)))
    })
  }

  private publish({ hidden, part, bytes }: PartTransaction): Effect.Effect<void, SinkFailure> {
    return Effect.gen({ self: this }, function* () {
      const published = yield* this.sizeOf(part)
      if (published !== null) return yield* this.demandSize(part, { found: published, expected: bytes })
      const prepared = yield* this.sizeOf(hidden)
      if (prepared === null) return yield* this.lost({ hidden, part })
      yield* this.demandSize(hidden, { found: prepared, expected: bytes })
      yield* this.files.link(this.path(hidden), this.path(part)).pipe(
        // Published meanwhile by an operation of unknown outcome: the same content, the same name (T1, T2).
        Effect.catchIf(
          (cause) => cause.reason === "exists",
          () => Effect.void
        ),
        asSink(this.directory, "commit")
      )
    })
  }

  private demandSize(
    name: string,
    { found, expected }: { readonly found: number; readonly expected: number }
  ): Effect.Effect<void, SinkFailure> {
    if (found === expected) return Effect.void
    return Effect.fail(
      this.failure("commit", {
        reason: "io",
        detail:
          `${name} has ${found} bytes instead of the ${expected} that were written. ` +
          "Restore the file from a backup, or start over in another directory."
      })
    )
  }

  private lost({ hidden, part }: Pick<PartTransaction, "hidden" | "part">): Effect.Effect<never, SinkFailure> {
    return Effect.fail(
      this.failure("commit", {
        reason: "missing",
        detail:
          `neither the prepared file ${hidden} nor the published ${part} exists. ` +
          "Put the file back (published files must stay until the next checkpoint), or start over in another directory."
      })
    )
  }

  private decodeAll(
    operation: SinkFailure["operation"],
    transactions: ReadonlyArray<Json>
  ): Effect.Effect<ReadonlyArray<PartTransaction>, SinkFailure> {
    return Effect.forEach(transactions, (transaction) =>
      Effect.mapError(decodeTransaction(transaction), (cause) =>
        this.failure(operation, { reason: "schema", detail: `${cause.message}. Was it written by another sink?` })
      )
    )
  }

  private visible(operation: SinkFailure["operation"]) {
    return Effect.map(this.names(operation), (names) =>
      names.flatMap((name) => {
        const checkpoint = checkpointOfPart(this.owner, name)
        return checkpoint === null ? [] : [{ name, checkpoint }]
      })
    )
  }

  private names(operation: SinkFailure["operation"]): Effect.Effect<ReadonlyArray<string>, SinkFailure> {
    return asSink(this.directory, operation)(this.files.list(this.directory))
  }

  private sizeOf(name: string): Effect.Effect<number | null, SinkFailure> {
    return this.files.size(this.path(name)).pipe(
      Effect.catchIf(
        (cause) => cause.reason === "missing",
        () => Effect.succeed(null)
      ),
      asSink(this.directory, "commit")
    )
  }

  private failure(
    operation: SinkFailure["operation"],
    { reason, detail }: { readonly reason: SinkFailure["reason"]; readonly detail: string }
  ): SinkFailure {
    return new SinkFailure({ target: this.directory, operation, reason, detail, retry: "never" })
  }

  private path(name: string): string {
    return join(this.directory, name)
  }
}
