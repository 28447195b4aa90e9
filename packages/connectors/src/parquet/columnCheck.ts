/**
 * Checks of decoded columns against a schema, as few as the schema leaves open: most columns need none.
 */

import type { PlannedColumn } from "./columnPlan.ts"
import type { DecodedColumn } from "./decoding.ts"
import { type RowRange, valueAt } from "./rowBuilder.ts"

export interface ColumnProblem {
  /** Within the unit, or within the rows that were built. */
  readonly row: number
  /** Null when the row as a whole does not fit. */
  readonly column: string | null
  readonly detail: string
}

/** The first row of a range that does not fit, or null. */
export type CheckColumn = (column: DecodedColumn, range: RowRange) => ColumnProblem | null

/** Null when nothing is left to check but what decoding guarantees. */
export const compileCheck = ({ wanted, element, target }: PlannedColumn): CheckColumn | null => {
  const isWhole = target._tag === "Numbers" && (element.type === "INT32" || element.type === "INT64")
  const needsValues = wanted.checks === "value" || (wanted.checks === "integer" && !isWhole)
  if (!needsValues && wanted.onNull !== "refuse") return null
  return (decoded, range) => {
    if (!needsValues && decoded.nulls === null) return null
    const knownTexts = new Set<number>()
    for (let row = range.from; row < range.to; row++) {
      if (decoded.nulls !== null && decoded.nulls[row] === 1) {
        if (wanted.onNull !== "refuse") continue
        return { row, column: wanted.name, detail: "it has no value; declare the field as Schema.NullOr" }
      }
      if (!needsValues) continue
      const text = decoded._tag === "Texts" ? decoded.values[row] : undefined
      if (text !== undefined && knownTexts.has(text)) continue
      const detail = wanted.problemOf(valueAt(decoded, { column: wanted, row }))
      if (detail !== null) return { row, column: wanted.name, detail }
      if (text !== undefined) knownTexts.add(text)
    }
    return null
  }
}
