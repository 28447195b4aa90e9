/** Another reader of CSV (RFC 4180) than ours: the cells of every row. */
export const csvRows = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  const rows: Array<ReadonlyArray<string>> = []
  let cells: Array<string> = []
  let at = 0
  while (at < text.length) {
    const [whole = "", quoted, plain = "", end = ""] =
      /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/.exec(text.slice(at)) ?? []
    if (whole === "") throw new Error(`no CSV at ${at}: ${text.slice(at, at + 20)}`)
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    at += whole.length
    if (end === ",") continue
    rows.push(cells)
    cells = []
  }
  return rows
}
