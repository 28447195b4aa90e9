/** Colours on a terminal, nothing elsewhere or with NO_COLOR. */
export interface Paint {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
}

const plain = (text: string): string => text

const wrap =
  (code: number) =>
  (text: string): string =>
    `\x1b[${code}m${text}\x1b[0m`

export const makePaint = (
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>
): Paint => {
  const hasColors = stream.isTTY === true && environment.TERM !== "dumb" && (environment.NO_COLOR ?? "") === ""
  return hasColors
    ? { bold: wrap(1), dim: wrap(2), red: wrap(31), green: wrap(32), yellow: wrap(33) }
    : { bold: plain, dim: plain, red: plain, green: plain, yellow: plain }
}
