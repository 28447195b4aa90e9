/** Parquet files of any shape for tests, written by DuckDB. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DuckDBInstance } from "@duckdb/node-api"
import { Effect } from "effect"

export const temporaryDirectory = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "tidemark-parquet-"))),
  (directory) => Effect.promise(() => rm(directory, { recursive: true }))
)

/** What DuckDB answers to a query. */
export const duckRows = (query: string) =>
  Effect.promise(async () => {
    const instance = await DuckDBInstance.create(":memory:")
    const connection = await instance.connect()
    const rows = (await connection.runAndReadAll(query)).getRowObjects()
    connection.closeSync()
    instance.closeSync()
    return rows
  })

/** Writes what a query answers; `options` as DuckDB's COPY takes them. Removed with the scope. */
export const duckFile = (query: string, options = "") =>
  Effect.gen(function* () {
    const path = join(yield* temporaryDirectory, "rows.parquet")
    yield* duckRows(`copy (${query}) to '${path}' (format parquet${options === "" ? "" : `, ${options}`})`)
    return path
  })
