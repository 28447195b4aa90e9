/**
 * A source of one Parquet file; splits are ranges of row groups.
 */
import { type Source, SourceFailure, type SourceReader, type Split } from "@tidemark/core/connector"
import { Effect, Result, type Schema } from "effect"
import { changedFailure } from "../internal/sourceFailures.ts"
import { type PlannedColumn, planColumns } from "./columnPlan.ts"
import { type Group, type ParquetContent, readContent } from "./parquetContent.ts"
import { decodeRowSplit, ParquetReader, type RowSplit } from "./parquetReader.ts"
import { demandOrder } from "./rowOrder.ts"
import { type WantedRow, wantedRow } from "./wantedColumns.ts"

export interface ParquetSourceOptions<A> {
  readonly path: string
  /** A flat struct; its fields are the columns that are read, others are left in the file. */
  readonly schema: Schema.Codec<A, unknown>
  /** The rows are in the order of this column, which the row groups' statistics must confirm. */
  readonly orderedBy?: keyof A & string
  /** Reads only the first rows of the file, whatever the parallelism. */
  readonly limit?: number
  /** One by default. */
  readonly rowGroupsPerSplit?: number
}

/**
 * Reads rows of a Parquet file, decoded ahead in a worker thread. Bounded, repeatable. Timestamps and dates become epoch
 * milliseconds or `Date`, as the schema wants; 64-bit integers become numbers if they are safe, or bigints.
 * Fails: `missing`, `denied`, `column`, `schema` with row and column, `malformed`, `changed`, `io`.
 * Cost: two decoded row groups of memory (P1); some 20 ns a row to poll.
 */
export const parquetSource = <A>(options: ParquetSourceOptions<A>): Source<A> => {
  const { path, schema, orderedBy } = options
  demandWhole("limit", { value: options.limit, least: 0 })
  demandWhole("rowGroupsPerSplit", { value: options.rowGroupsPerSplit, least: 1 })
  const prepared = prepare(path, schema)
  return {
    description: `parquet ${path}`,
    schema,
    isBounded: true,
    isTimeOrdered: orderedBy !== undefined,
    discover: Effect.gen(function* () {
      const { content } = yield* prepared
      if (orderedBy !== undefined) yield* demandOrder(path, { content, orderedBy })
      return splitsOf(content, options)
    }),
    validate: Effect.fnUntraced(function* (splits) {
      const { content } = yield* prepared
      yield* demandUnchanged(path, { content, splits })
    }),
    open: Effect.fnUntraced(function* ({ wake }) {
      const plan = yield* prepared
      const reader: ParquetReader<A> = yield* Effect.acquireRelease(
        Effect.sync(() => new ParquetReader<A>({ path, wake, ...plan })),
        ({ close }) => Effect.promise(close)
      )
      return reader satisfies SourceReader<A>
    })
  }
}

const demandWhole = (
  name: string,
  { value, least }: { readonly value: number | undefined; readonly least: number }
): void => {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return
  throw new RangeError(`ParquetFile.source: ${name} must be a whole number of at least ${least}, got ${value}.`)
}

interface Prepared {
  readonly content: ParquetContent
  readonly wanted: WantedRow
  readonly planned: ReadonlyArray<PlannedColumn>
}

/** Reads the footer and fits the schema to it. */
const prepare = (path: string, schema: Schema.Top): Effect.Effect<Prepared, SourceFailure> => {
  const row = Result.mapError(
    wantedRow(schema),
    (problem) =>
      new SourceFailure({ path, reason: "schema", detail: `the schema does not fit: ${problem}`, retry: "never" })
  )
  return Effect.gen(function* () {
    const wanted = yield* Effect.fromResult(row)
    const content = yield* readContent(path)
    const planned = yield* Effect.fromResult(planColumns(path, { content, wanted: wanted.columns }))
    return { content, wanted, planned }
  })
}

interface Cut {
  readonly limit?: number
  readonly rowGroupsPerSplit?: number
}

const splitsOf = (content: ParquetContent, cut: Cut): ReadonlyArray<Split> => {
  const limit = cut.limit ?? Number.POSITIVE_INFINITY
  const size = cut.rowGroupsPerSplit ?? 1
  const groups = content.groups.filter(({ from, to }) => from < limit && from < to)
  const splits: Array<Split> = []
  for (let first = 0; first < groups.length; first += size) {
    const range = rangeOf(groups.slice(first, first + size), limit)
    const spec: RowSplit = { ...range, file: content.fingerprint }
    splits.push({ id: `rows-${range.from}-${range.to}`, spec: { ...spec } })
  }
  return splits
}

const rangeOf = (groups: ReadonlyArray<Group>, limit: number): { readonly from: number; readonly to: number } => ({
  from: groups.at(0)?.from ?? 0,
  to: Math.min(groups.at(-1)?.to ?? 0, limit)
})

const demandUnchanged = Effect.fnUntraced(function* (
  path: string,
  { content, splits }: { readonly content: ParquetContent; readonly splits: ReadonlyArray<Split> }
) {
  const now = content.fingerprint
  for (const split of splits) {
    const { file } = decodeRowSplit(split.spec)
    if (file.bytes === now.bytes && file.rows === now.rows && file.footer === now.footer) continue
    return yield* changedFailure(
      path,
      `it changed from ${file.rows} rows in ${file.bytes} bytes to ${now.rows} rows in ${now.bytes} bytes ` +
        `(footer ${file.footer} to ${now.footer})`
    )
  }
})
