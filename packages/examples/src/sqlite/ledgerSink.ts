/** A sink with two-phase commit into SQLite: records are staged first, and become visible when their checkpoint is complete. */
import type { DatabaseSync } from "node:sqlite"
import { type Sink, type SinkContext, SinkFailure, type SinkSession, type SinkWriter } from "@tidemark/core/connector"
import { Effect, Result, Schema } from "effect"
import { inTransaction, openDatabase } from "./database.ts"

const tables = `
  create table if not exists transactions (
    name text primary key, owner text not null, term integer not null, checkpoint integer not null, committed integer not null
  );
  create table if not exists staged (name text not null, body text not null);
  create table if not exists ledger (name text not null, body text not null);`

const Transaction = Schema.Struct({ name: Schema.String })
const decodeTransaction = Schema.decodeUnknownSync(Transaction)

interface LedgerOptions<A> {
  readonly path: string
  readonly schema: Schema.Codec<A, unknown>
}

export const ledgerSink = <A>({ path, schema }: LedgerOptions<A>): Sink<A> => {
  const encode = Schema.encodeResult(Schema.fromJsonString(schema))
  return {
    description: `ledger ${path}`,
    schema,
    delivery: "two-phase",
    open: (context) =>
      openDatabase(path, tables).pipe(
        Effect.mapError((cause) => failure(path, "open", cause)),
        Effect.map((database) => session({ database, path, context, encode }))
      )
  }
}

interface Ledger<A> {
  readonly database: DatabaseSync
  readonly path: string
  readonly context: SinkContext
  readonly encode: (value: A) => Result.Result<string, Schema.SchemaError>
}

const session = <A>(ledger: Ledger<A>): SinkSession<A> => {
  const { context, database, path } = ledger
  const owner = JSON.stringify([context.job, context.operator])
  const tried = <B>(operation: SinkFailure["operation"], run: () => B): Effect.Effect<B, SinkFailure> =>
    Effect.try({ try: () => inTransaction(database, run), catch: (cause) => failure(path, operation, cause) })
  const remove = (names: ReadonlyArray<string>): void => {
    for (const name of names) {
      for (const table of ["staged", "ledger", "transactions"]) {
        database.prepare(`delete from ${table} where name = ?`).run(name)
      }
    }
  }
  const namesOf = (rows: ReadonlyArray<unknown>): ReadonlyArray<string> =>
    rows.map((row) => decodeTransaction(row).name)
  return {
    highestVisible: tried("open", () => {
      const row = database
        .prepare("select max(checkpoint) as highest from transactions where owner = ? and committed")
        .get(owner)
      return typeof row?.highest === "number" ? row.highest : null
    }),
    rewind: (to) =>
      tried("rewind", () => {
        const newer = "select name from transactions where owner = ? and committed and checkpoint > ?"
        remove(namesOf(database.prepare(newer).all(owner, to ?? 0)))
      }),
    // T3: of this job and operator, of earlier terms, and nothing that is still to be committed.
    rollback: (keep) =>
      tried("rollback", () => {
        const kept = new Set(keep.map((transaction) => decodeTransaction(transaction).name))
        const earlier = "select name from transactions where owner = ? and not committed and term < ?"
        remove(namesOf(database.prepare(earlier).all(owner, context.term)).filter((name) => !kept.has(name)))
      }),
    // T2: again, by another subtask, in a later term: all the same.
    commit: (transactions) =>
      tried("commit", () => {
        for (const { name } of transactions.map((transaction) => decodeTransaction(transaction))) {
          const known = database.prepare("select committed from transactions where name = ?").get(name)
          if (known === undefined) throw new Error(`transaction ${name} is not there any more`)
          database.prepare("insert into ledger select name, body from staged where name = ?").run(name)
          database.prepare("delete from staged where name = ?").run(name)
          database.prepare("update transactions set committed = 1 where name = ?").run(name)
        }
      }),
    writer: (subtask) => Effect.sync(() => writer(ledger, { owner, subtask, tried }))
  }
}

const writer = <A>(
  { context, database, encode, path }: Ledger<A>,
  of: {
    readonly owner: string
    readonly subtask: number
    readonly tried: <B>(operation: SinkFailure["operation"], run: () => B) => Effect.Effect<B, SinkFailure>
  }
): SinkWriter<A> => {
  let bodies: Array<string> = []
  return {
    write: (value) => {
      const body = encode(value)
      if (Result.isFailure(body)) throw failure(path, "write", body.failure)
      bodies.push(body.success)
    },
    isFull: () => false,
    flush: Effect.void,
    // The cut is made at once, the effect makes it durable: records that follow belong to the next checkpoint.
    prepare: (checkpoint) => {
      const cut = bodies
      if (cut.length === 0) return Effect.succeed(null)
      bodies = []
      // T1: no two transactions have the same name.
      const name = JSON.stringify([of.owner, context.term, checkpoint, of.subtask])
      return of.tried("prepare", () => {
        const start = "insert into transactions (name, owner, term, checkpoint, committed) values (?, ?, ?, ?, 0)"
        database.prepare(start).run(name, of.owner, context.term, checkpoint)
        const stage = database.prepare("insert into staged (name, body) values (?, ?)")
        for (const body of cut) stage.run(name, body)
        return { name }
      })
    }
  }
}

const failure = (target: string, operation: SinkFailure["operation"], cause: unknown): SinkFailure =>
  new SinkFailure({
    target,
    operation,
    reason: "io",
    detail: `SQLite says: ${String(cause)}.`,
    retry: "restart",
    cause
  })
