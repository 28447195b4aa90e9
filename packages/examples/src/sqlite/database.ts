/** SQLite, as the source and the sink of example 08 use it. */
import { DatabaseSync } from "node:sqlite"
import { Effect, type Scope } from "effect"

/** Opens a database and makes its tables; closed with the scope. */
export const openDatabase = (path: string, tables: string): Effect.Effect<DatabaseSync, unknown, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => {
        const database = new DatabaseSync(path)
        // Others may write at the same time: wait for them.
        database.exec(`pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = full; ${tables}`)
        return database
      },
      catch: (cause) => cause
    }),
    (database) => Effect.sync(() => database.close())
  )

/** Runs statements that take effect together or not at all. */
export const inTransaction = <A>(database: DatabaseSync, run: () => A): A => {
  database.exec("begin immediate")
  try {
    const answer = run()
    database.exec("commit")
    return answer
  } catch (cause) {
    database.exec("rollback")
    throw cause
  }
}
