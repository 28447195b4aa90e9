import { type Painter, painter } from "./format.ts"

const eraseLine = "\r\u001b[2K"
const wrapOff = "\u001b[?7l"
const wrapOn = "\u001b[?7h"

/** A line on the terminal that redraws itself; where the output is no terminal, a plain line once a second. */
export class LiveLine {
  readonly paint: Painter
  readonly #stream: NodeJS.WriteStream
  #isShown = false
  #plainAt = Number.NEGATIVE_INFINITY

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
    this.paint = painter(stream)
  }

  /** Shows what will soon be gone: on a terminal only. */
  hint(text: string): void {
    if (!this.#stream.isTTY) return
    this.#stream.write(`${eraseLine}${wrapOff}${text}${wrapOn}`)
    this.#isShown = true
  }

  /** Takes the line back. */
  clear(): void {
    if (this.#isShown) this.#stream.write(eraseLine)
    this.#isShown = false
  }

  update(text: string): void {
    if (this.#stream.isTTY) {
      this.hint(text)
      return
    }
    if (performance.now() - this.#plainAt < 1_000) return
    this.#plainAt = performance.now()
    this.#stream.write(`${text}\n`)
  }

  /** Writes a line that stays; the live line goes on below it. */
  print(text = ""): void {
    this.#stream.write(`${this.#isShown ? "\n" : ""}${text}\n`)
    this.#isShown = false
  }
}
