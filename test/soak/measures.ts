/** What is measured again and again, and whether it stayed flat: the later half of its values against the earlier one. */

export interface Limit {
  readonly measure: string
  readonly unit: string
  /** The median of the later half may be at most so many times that of the earlier half … */
  readonly factor: number
  /** … plus so much, for values that are small. */
  readonly slack: number
}

export interface Verdict extends Limit {
  readonly early: number
  readonly late: number
  readonly most: number
  readonly samples: number
  /** `few` when there were too few values to say anything. */
  readonly result: "flat" | "grew" | "few"
}

/** Fewer values in a half say nothing. */
const samplesMin = 3

const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}

export const judge = (limit: Limit, values: ReadonlyArray<number>): Verdict => {
  const half = values.length >> 1
  const [early, late] = [median(values.slice(0, half)), median(values.slice(half))]
  const most = early * limit.factor + limit.slack
  const isFew = half < samplesMin
  return { ...limit, early, late, most, samples: values.length, result: isFew ? "few" : late <= most ? "flat" : "grew" }
}

/** A table in plain text; columns are as wide as their widest cell, numbers stand right. */
export const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0
          return /^[\d.+-]/.test(cell) ? cell.padStart(width) : cell.padEnd(width)
        })
        .join("  ")
        .trimEnd()
    )
    .join("\n")
}

export const verdictRow = (phase: string, one: Verdict): ReadonlyArray<string> => [
  phase,
  `${one.measure}, ${one.unit}`,
  String(one.samples),
  one.early.toFixed(1),
  one.late.toFixed(1),
  one.most.toFixed(1),
  one.result === "few" ? "too few samples" : one.result
]
