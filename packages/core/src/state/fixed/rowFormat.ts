/** The cells of a row: an integer key, if keys are integers, then the columns. */
export interface RowFormat {
  readonly stride: number
  readonly isInteger: boolean
  readonly columns: number
}
