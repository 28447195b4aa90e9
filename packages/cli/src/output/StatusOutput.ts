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

export type LogLevel = "debug" | "info" | "warn" | "error"

/** Fields of a line of JSON, besides time, level and message. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>

export class StatusOutput {
  readonly paint: Paint
  readonly canRedraw: boolean
  readonly #stream: OutputStream
  #shown = ""
  /** What every line of JSON says; null while lines are text. */
  #json: LogFields | null = null

  constructor(stream: OutputStream, environment: Readonly<Record<string, string | undefined>>) {
    this.#stream = stream
    this.canRedraw = stream.isTTY === true && environment.TERM !== "dumb"
    this.paint = makePaint(stream, environment)
  }

  get isJson(): boolean {
    return this.#json !== null
  }

  /** From now on every line is an object of JSON with these fields, and there is no status line. */
  useJson(fields: LogFields): void {
    this.clear()
    this.#json = fields
  }

  /** Writes something with its level: `error: ...` as text. */
  log(level: LogLevel, text: string, fields: LogFields = {}): void {
    if (this.#json !== null) {
      const line = { time: new Date().toISOString(), level, ...this.#json, ...fields, message: text }
      this.#stream.write(`${JSON.stringify(line)}\n`)
    } else if (level === "error") this.line(`${this.paint.red("error:")} ${text}`)
    else this.line(level === "info" ? text : `${level === "warn" ? "warning" : level}: ${text}`)
  }

  /** Writes a line that stays. */
  line(text: string): void {
    if (this.#json !== null) {
      this.log("info", text)
      return
    }
    const shown = this.#shown
    this.clear()
    this.#stream.write(`${text}\n`)
    this.#draw(shown)
  }

  /** Shows how things stand: in place of the last status on a terminal, as one more line elsewhere. */
  status(text: string): void {
    if (this.#json !== null) return
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
