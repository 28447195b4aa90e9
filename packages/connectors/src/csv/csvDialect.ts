/** How cells are told apart. */
export interface CsvDialect {
  /** Between cells; `,` by default. */
  readonly delimiter?: string
  /** Around cells that hold delimiters, quotes or line breaks; `"` by default. A quote within is doubled. */
  readonly quote?: string
}

export interface ResolvedDialect {
  readonly delimiter: string
  readonly quote: string
}

/** Throws a `RangeError` for signs that cannot do. */
export const resolveDialect = (connector: string, { delimiter = ",", quote = '"' }: CsvDialect): ResolvedDialect => {
  for (const [name, sign] of [
    ["delimiter", delimiter],
    ["quote", quote]
  ] as const) {
    if (sign.length !== 1 || sign === "\n" || sign === "\r" || sign === "\ufeff") {
      throw new RangeError(
        `${connector}: ${name} must be one character and no line break, got ${JSON.stringify(sign)}.`
      )
    }
  }
  if (delimiter === quote) throw new RangeError(`${connector}: delimiter and quote are both ${JSON.stringify(quote)}.`)
  return { delimiter, quote }
}
