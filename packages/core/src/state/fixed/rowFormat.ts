/**
 * What a row is made of, in cells: an integer key, if keys are integers; the stamp, which is the number of captures that
 * had been taken when the row was last changed; then the columns. (A time to live would be one more column.)
 */
import type { FixedLayout } from "./RowBlock.ts"

export interface RowFormat {
  readonly isInteger: boolean
  readonly stampCell: number
  readonly firstColumn: number
  readonly columns: number
  /** Cells of a row. */
  readonly stride: number
}

export const rowFormatOf = ({ columns: { length: columns }, key }: FixedLayout): RowFormat => {
  const isInteger = key === "integer"
  const stampCell = isInteger ? 1 : 0
  const firstColumn = stampCell + 1
  return { isInteger, stampCell, firstColumn, columns, stride: firstColumn + columns }
}

/**
 * Pages are kept for captures. Small ones: the first batch of random keys after a barrier has to copy every page it meets
 * before its next record, and records wait meanwhile.
 */
export const rowsPerPage = 128
