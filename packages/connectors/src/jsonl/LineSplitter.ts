/**
 * Cuts a file's bytes into lines, whatever the borders of its chunks. HOT per line.
 *
 * L1 The lines and their byte offsets depend on the bytes only, never on how they were chunked.
 */
import { isUtf8 } from "node:buffer"

/** A line longer than this is refused if nobody says otherwise: it is no line, but a file without line breaks. */
export const lineBytesMax = 16 * 1024 * 1024

export type CutLine =
  | { readonly _tag: "Line"; readonly text: string }
  /** The line is longer than allowed: `bytes` were seen of it so far. */
  | { readonly _tag: "TooLong"; readonly bytes: number }
  | { readonly _tag: "NotUtf8" }

const newline = 10
const carriageReturn = 13
const byteOrderMark = [0xef, 0xbb, 0xbf] as const

export class LineSplitter {
  /** Byte after the last line that was cut. */
  offset: number
  private bytes: Buffer = Buffer.alloc(0)
  private at = 0
  private carried: Array<Buffer> = []
  private carriedBytes = 0
  private hasEnded = false

  private readonly bytesMax: number

  constructor(offset: number, bytesMax: number = lineBytesMax) {
    this.offset = offset
    this.bytesMax = bytesMax
  }

  /** Hands over the next bytes of the file; only when {@link next} had nothing more to cut. */
  push(bytes: Buffer): void {
    this.bytes = bytes
    this.at = 0
  }

  /** No bytes follow: what is left is the last line. */
  end(): void {
    this.hasEnded = true
  }

  /** The next line without its line break, or null when more bytes are needed (or none are left after `end`). */
  next(): CutLine | null {
    const to = this.bytes.indexOf(newline, this.at)
    if (to >= 0) return this.cut(to, 1)
    this.carry()
    if (this.carriedBytes > this.bytesMax) return { _tag: "TooLong", bytes: this.carriedBytes }
    return this.hasEnded && this.carriedBytes > 0 ? this.cut(this.at, 0) : null
  }

  private carry(): void {
    if (this.at < this.bytes.length) {
      this.carried.push(this.bytes.subarray(this.at))
      this.carriedBytes += this.bytes.length - this.at
    }
    this.bytes = Buffer.alloc(0)
    this.at = 0
  }

  private cut(to: number, breakBytes: number): CutLine {
    const piece = this.bytes.subarray(this.at, to)
    const whole = this.carriedBytes === 0 ? piece : Buffer.concat([...this.carried, piece])
    this.at = to + breakBytes
    this.carried = []
    this.carriedBytes = 0
    if (whole.length > this.bytesMax) return { _tag: "TooLong", bytes: whole.length }
    const from = this.offset === 0 && byteOrderMark.every((byte, index) => whole[index] === byte) ? 3 : 0
    const end = whole[whole.length - 1] === carriageReturn ? whole.length - 1 : whole.length
    this.offset += whole.length + breakBytes
    const text = whole.toString("utf8", from, Math.max(from, end))
    if (text.includes("\ufffd") && !isUtf8(whole)) return { _tag: "NotUtf8" }
    return { _tag: "Line", text }
  }
}
