/**
 * Checkpoints in one SQLite database: the backend of the guide docs/guides/write-your-own-backend.md.
 *
 * Every method is one statement, and with `synchronous = FULL` a statement that has returned is on the disk (B2). The
 * primary keys make entries and objects create-once (B1, B3): `INSERT OR IGNORE` inserts a row, or leaves the one that is
 * there, and says which.
 */
import { DatabaseSync, type SQLInputValue } from "node:sqlite"
import {
  type CheckpointStorage,
  type Holder,
  type JobReader,
  type JobStorage,
  objectName,
  StorageFailure,
  StorageLocked
} from "@tidemark/core/storage"
import * as Effect from "effect/Effect"

const tables = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;
  CREATE TABLE IF NOT EXISTS jobs (job TEXT PRIMARY KEY) STRICT;
  CREATE TABLE IF NOT EXISTS entries (job TEXT, slot INTEGER, bytes BLOB NOT NULL, PRIMARY KEY (job, slot)) STRICT;
  CREATE TABLE IF NOT EXISTS objects (job TEXT, name TEXT, bytes BLOB NOT NULL, PRIMARY KEY (job, name)) STRICT;`

/** SQLite's result codes: https://sqlite.org/rescode.html. */
const reasons: Readonly<Record<number, StorageFailure["reason"]>> = {
  8: "denied",
  11: "corrupt",
  13: "full",
  14: "denied"
}

const reasonOf = (cause: unknown): StorageFailure["reason"] =>
  cause instanceof Error && "errcode" in cause && typeof cause.errcode === "number"
    ? (reasons[cause.errcode & 0xff] ?? "io")
    : "io"

const refusal = (operation: string, path: string, reason: StorageFailure["reason"]): StorageFailure =>
  new StorageFailure({ operation, path, reason, outcome: "none" })

const objectNames = /^[A-Za-z0-9_~-][A-Za-z0-9._~-]*(\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*$/

interface Database {
  readonly file: string
  readonly attempt: <A>(
    operation: string,
    path: string,
    act: (database: DatabaseSync) => A
  ) => Effect.Effect<A, StorageFailure>
}

/** Made at the first use. */
const databaseAt = (file: string): Database => {
  let opened: DatabaseSync | null = null
  const database = (): DatabaseSync => {
    if (opened === null) {
      opened = new DatabaseSync(file)
      opened.exec(tables)
    }
    return opened
  }
  return {
    file,
    attempt: (operation, path, act) =>
      Effect.try({
        try: () => act(database()),
        catch: (cause) => {
          const reason = reasonOf(cause)
          // A statement that fails at its commit may have had an effect (B4).
          return new StorageFailure({ operation, path, reason, outcome: reason === "io" ? "unknown" : "none", cause })
        }
      })
  }
}

const checkJob = (job: string) => {
  const isName = job !== "" && job.isWellFormed() && objectName(job).length <= 255
  return isName ? Effect.void : Effect.fail(refusal("open job", JSON.stringify(job.slice(0, 100)), "invalid"))
}

const readerOf = ({ attempt, file }: Database, job: string): JobReader => {
  const pathOf: JobReader["pathOf"] = (of) => `${file} ${job}/${"object" in of ? of.object : of.slot}`
  const read = (operation: string, path: string, sql: string, key: SQLInputValue) =>
    Effect.flatMap(
      attempt(operation, path, (sqlite) => sqlite.prepare(sql).get(job, key)),
      (row) =>
        row?.bytes instanceof Uint8Array
          ? Effect.succeed(new Uint8Array(row.bytes))
          : Effect.fail(refusal(operation, path, "missing"))
    )
  return {
    pathOf,
    readObject: (name) =>
      Effect.andThen(
        checkName("read object", name),
        read("read object", pathOf({ object: name }), "SELECT bytes FROM objects WHERE job = ? AND name = ?", name)
      ),
    readEntry: (slot) =>
      Effect.andThen(
        checkSlot("read entry", slot),
        read("read entry", pathOf({ slot }), "SELECT bytes FROM entries WHERE job = ? AND slot = ?", slot)
      ),
    listObjects: attempt("list objects", file, (sqlite) =>
      sqlite
        .prepare("SELECT name, length(bytes) AS size FROM objects WHERE job = ? ORDER BY name")
        .all(job)
        .map(({ name, size }) => ({ name: String(name), size: Number(size) }))
    ),
    listEntries: attempt("list entries", file, (sqlite) =>
      sqlite
        .prepare("SELECT slot FROM entries WHERE job = ? ORDER BY slot")
        .all(job)
        .map(({ slot }) => Number(slot))
    )
  }
}

const jobOf = (database: Database, job: string): JobStorage => {
  const reader = readerOf(database, job)
  const change = (operation: string, path: string, sql: string, ...values: ReadonlyArray<SQLInputValue>) =>
    database.attempt(operation, path, (sqlite) => sqlite.prepare(sql).run(job, ...values).changes)
  return {
    ...reader,
    createObject: Effect.fnUntraced(function* (name, bytes) {
      yield* checkName("create object", name)
      const path = reader.pathOf({ object: name })
      const made = yield* change("create object", path, "INSERT OR IGNORE INTO objects VALUES (?, ?, ?)", name, bytes)
      if (made === 0) return yield* refusal("create object", path, "exists")
    }),
    deleteObject: Effect.fnUntraced(function* (name) {
      yield* checkName("delete object", name)
      const path = reader.pathOf({ object: name })
      yield* change("delete object", path, "DELETE FROM objects WHERE job = ? AND name = ?", name)
    }),
    appendEntry: Effect.fnUntraced(function* (slot, bytes) {
      yield* checkSlot("append entry", slot)
      const path = reader.pathOf({ slot })
      const made = yield* change("append entry", path, "INSERT OR IGNORE INTO entries VALUES (?, ?, ?)", slot, bytes)
      return made === 0 ? "taken" : "appended"
    }),
    deleteEntry: Effect.fnUntraced(function* (slot) {
      yield* checkSlot("delete entry", slot)
      yield* change("delete entry", reader.pathOf({ slot }), "DELETE FROM entries WHERE job = ? AND slot = ?", slot)
    })
  }
}

export const SqliteStorage = {
  /** The database is made at the first use. Fails: with `StorageLocked` while the job is open in this process. */
  at: (file: string): CheckpointStorage => {
    const held = new Map<string, Holder>()
    const database = databaseAt(file)
    const { attempt } = database
    return {
      location: `sqlite ${file}`,
      jobs: attempt("list jobs", file, (sqlite) =>
        sqlite
          .prepare("SELECT DISTINCT job FROM entries")
          .all()
          .map(({ job }) => String(job))
          .sort()
      ),
      inspect: Effect.fnUntraced(function* (job) {
        yield* checkJob(job)
        const row = yield* attempt("open job", file, (sqlite) =>
          sqlite.prepare("SELECT job FROM jobs WHERE job = ?").get(job)
        )
        return row === undefined ? yield* refusal("open job", `${file} ${job}`, "missing") : readerOf(database, job)
      }),
      open: Effect.fnUntraced(function* (job: string, holder: Holder) {
        yield* checkJob(job)
        yield* Effect.acquireRelease(
          Effect.suspend(() => {
            const other = held.get(job)
            if (other !== undefined) {
              return Effect.fail(new StorageLocked({ path: file, holder: other.name, since: other.since }))
            }
            held.set(job, holder)
            return Effect.void
          }),
          () => Effect.sync(() => held.delete(job))
        )
        yield* attempt("open job", file, (sqlite) => sqlite.prepare("INSERT OR IGNORE INTO jobs VALUES (?)").run(job))
        return jobOf(database, job)
      })
    }
  }
}

const checkName = (operation: string, name: string) =>
  name.length <= 255 && objectNames.test(name)
    ? Effect.void
    : Effect.fail(refusal(operation, JSON.stringify(name), "invalid"))

const checkSlot = (operation: string, slot: number) =>
  Number.isSafeInteger(slot) && slot >= 0
    ? Effect.void
    : Effect.fail(refusal(operation, `log entry ${slot}`, "invalid"))
