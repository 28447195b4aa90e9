/** A source over an outbox: a table of numbered rows that a program appends to and never changes. */
import { type Source, SourceFailure, type SourceReader } from "@tidemark/core/connector"
import { Effect, Result, Schema } from "effect"
import { openDatabase } from "./database.ts"

const tables = "create table if not exists outbox (id integer primary key, body text not null)"
const rowsPerSplit = 1_000

const Range = Schema.Struct({ from: Schema.Int, to: Schema.Int })
const Position = Schema.Struct({ after: Schema.Int })
const Row = Schema.Struct({ id: Schema.Int, body: Schema.String })
const decodeRange = Schema.decodeUnknownSync(Range)
const decodePosition = Schema.decodeUnknownSync(Position)
const decodeRow = Schema.decodeUnknownSync(Row)

/** Reads the rows that stand in the outbox when the job begins, as JSON. */
export const outboxSource = <A>(options: {
  readonly path: string
  readonly schema: Schema.Codec<A, unknown>
}): Source<A> => {
  const { path, schema } = options
  const decode = Schema.decodeUnknownResult(Schema.fromJsonString(schema))
  const failed = (cause: unknown): SourceFailure =>
    new SourceFailure({ path, reason: "io", detail: `SQLite says: ${String(cause)}.`, retry: "restart", cause })
  const refused = (id: number, detail: string): SourceFailure =>
    new SourceFailure({ path, reason: "schema", detail: `row ${id} of the outbox: ${detail}`, retry: "never" })
  const opened = Effect.mapError(openDatabase(path, tables), failed)
  return {
    description: `outbox ${path}`,
    schema,
    isBounded: true,
    isTimeOrdered: true,
    // Called once: the list of splits stands in every checkpoint, and a restored job reads the same rows.
    discover: Effect.scoped(
      Effect.map(opened, (database) => {
        const row = database.prepare("select coalesce(max(id), 0) as id, '' as body from outbox").get()
        const last = decodeRow(row).id
        return Array.from({ length: Math.ceil(last / rowsPerSplit) }, (_, index) => {
          const from = index * rowsPerSplit + 1
          return { id: `rows-${from}`, spec: { from, to: Math.min(last, from + rowsPerSplit - 1) } }
        })
      })
    ),
    // Rows are never changed: any list still fits.
    validate: () => Effect.void,
    open: Effect.fnUntraced(function* () {
      const database = yield* opened
      const next = database.prepare("select id, body from outbox where id > ? and id <= ? order by id limit ?")
      const splits: Array<{ readonly id: string; after: number; readonly to: number }> = []
      return {
        assign: ({ id, spec }, position) => {
          const { from, to } = decodeRange(spec)
          splits.push({ id, after: position === null ? from - 1 : decodePosition(position).after, to })
        },
        poll: (recordsMax) => {
          const [split] = splits
          if (split === undefined) return { _tag: "Exhausted" }
          const rows = Result.try(() => next.all(split.after, split.to, recordsMax).map((row) => decodeRow(row)))
          if (Result.isFailure(rows)) return { _tag: "Failed", failure: failed(rows.failure) }
          const values: Array<A> = []
          for (const { body, id } of rows.success) {
            const record = decode(body)
            // What precedes a bad row is answered first: the failure comes when it is the next one.
            if (Result.isFailure(record)) {
              if (values.length > 0) break
              return { _tag: "Failed", failure: refused(id, record.failure.message) }
            }
            values.push(record.success)
            split.after = id
          }
          if (values.length > 0) {
            return { _tag: "Records", split: split.id, values, position: { after: split.after }, skipped: 0 }
          }
          splits.shift()
          return { _tag: "SplitFinished", split: split.id }
        }
      } satisfies SourceReader<A>
    })
  }
}
