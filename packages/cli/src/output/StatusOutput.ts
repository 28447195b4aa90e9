/**
 * Standard error: lines that stay, and on a terminal one line below them that is redrawn in place.
 */
import { makePaint, type Paint } from "./paint.ts"

/** What is needed of `process.stderr`. */
export interface OutputStream {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly write: (text: string) => unknown
}

/** Some terminals say 0. */
const columnsDefault = 80

export class StatusOutput {
  readonly paint: Paint
  readonly canRedraw: boolean
  readonly #stream: OutputStream
  #shown = ""

  constructor(stream: OutputStream, environment: Readonly<Record<string, string | undefined>>) {
    this.#stream = stream
    this.canRedraw = stream.isTTY === true && environment.TERM !== "dumb"
    this.paint = makePaint(stream, environment)
  }

  /** Writes a line that stays. */
  line(text: string): void {
    const shown = this.#shown
    this.clear()
    this.#stream.write(`${text}\n`)
    this.#draw(shown)
  }

  /** Shows how things stand: in place of the last status on a terminal, as one more line elsewhere. */
  status(text: string): void {
    if (this.canRedraw) {
      this.clear()
      this.#draw(cut(text, (this.#stream.columns || columnsDefault) - 1))
    } else this.line(text)
  }

  clear(): void {
    if (this.#shown !== "") this.#stream.write("\r\x1b[2K")
    this.#shown = ""
  }

  #draw(text: string): void {
    this.#shown = text
    if (text !== "") this.#stream.write(text)
  }
}

/** Cuts to a number of columns; escape sequences take none. */
const cut = (text: string, columns: number): string => {
  let width = 0
  let shown = ""
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is the escape character that is looked for.
  for (const [part] of text.matchAll(/\x1b\[[0-9;]*m|./gsu)) {
    if (part.startsWith("\x1b")) shown += part
    else if (width < columns) {
      shown += part
      width++
    }
  }
  return shown
}

export const stderr = new StatusOutput(process.stderr, process.env)
