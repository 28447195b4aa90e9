/** Numbers, sizes, times and tables as people read them; the same in every locale. */
const thousands = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 })

export const countText = (count: number): string => thousands.format(count)

export const bytesText = (bytes: number): string => {
  if (bytes < 1_000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`
  return `${(bytes / 1_000_000_000).toFixed(2)} GB`
}

export const millisText = (millis: number): string => {
  if (millis < 1_000) return `${Math.round(millis)} ms`
  if (millis < 60_000) return `${(millis / 1_000).toFixed(1)} s`
  const seconds = Math.round(millis / 1_000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** Event time as a date; the end of time once all input was read. */
export const watermarkText = (watermark: number): string => {
  const date = new Date(watermark)
  return Number.isNaN(date.getTime()) ? "end" : `${date.toISOString().slice(0, 16).replace("T", " ")}`
}

/** Columns two blanks apart; those named in `right` are numbers. */
export const tableText = (rows: ReadonlyArray<ReadonlyArray<string>>, right: ReadonlyArray<number> = []): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)))
  const cell = (text: string, column: number): string =>
    right.includes(column) ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)
  return rows.map((row) => row.map(cell).join("  ").trimEnd()).join("\n")
}

/** The first line of a text, cut to a length. */
export const shortText = (text: string, lengthMax: number): string => {
  const line = text.split("\n", 1)[0] ?? ""
  return line.length <= lengthMax ? line : `${line.slice(0, lengthMax - 1)}…`
}
