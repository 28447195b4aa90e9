import { SourceFailure } from "@tidemark/core/connector"
import { Effect } from "effect"
import type { Statistics } from "hyparquet"
import type { Group, ParquetContent } from "./parquetContent.ts"

type MinMaxType = NonNullable<Statistics["min"]>

/**
 * Checks by the row groups' statistics that every row is at most as old as those of later row groups.
 * Fails: `column` when the column has no statistics or the groups overlap.
 */
export const demandOrder = Effect.fnUntraced(function* (
  path: string,
  { content, orderedBy }: { readonly content: ParquetContent; readonly orderedBy: string }
) {
  let before: { readonly group: number; readonly max: MinMaxType } | null = null
  for (const group of content.groups) {
    const range = rangeOf(group, orderedBy)
    if (range === null) {
      return yield* unordered(path, `row group ${group.index} has no statistics for column "${orderedBy}"`)
    }
    if (before !== null && before.max > range.min) {
      return yield* unordered(
        path,
        `column "${orderedBy}" reaches ${text(before.max)} in row group ${before.group}, ` +
          `but row group ${group.index} begins at ${text(range.min)}`
      )
    }
    before = { group: group.index, max: range.max }
  }
})

const rangeOf = (
  { metadata }: Group,
  column: string
): { readonly min: MinMaxType; readonly max: MinMaxType } | null => {
  const chunk = metadata.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === column)
  const statistics = chunk?.meta_data?.statistics
  const min = statistics?.min_value ?? statistics?.min
  const max = statistics?.max_value ?? statistics?.max
  return min === undefined || max === undefined ? null : { min, max }
}

const text = (value: MinMaxType): string => (value instanceof Date ? value.toISOString() : String(value))

const unordered = (path: string, problem: string): SourceFailure =>
  new SourceFailure({
    path,
    reason: "column",
    detail: `it is not known to be ordered by "orderedBy": ${problem}. Leave orderedBy out, or write the file sorted.`,
    retry: "never"
  })
