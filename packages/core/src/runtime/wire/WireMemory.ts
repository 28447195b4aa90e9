/**
 * Bytes under the views that columns need. Offsets are in bytes; columns begin at multiples of 8. Numbers are in the byte
 * order of the machine: both ends are threads of one process.
 */
export class WireMemory {
  readonly u8: Uint8Array
  readonly u32: Uint32Array
  readonly f64: Float64Array
  readonly #text: Buffer

  /** `start` and `length` are multiples of 8. */
  constructor(memory: ArrayBuffer | SharedArrayBuffer, start: number, length: number) {
    this.u8 = new Uint8Array(memory, start, length)
    this.u32 = new Uint32Array(memory, start, length / 4)
    this.f64 = new Float64Array(memory, start, length / 8)
    this.#text = Buffer.from(memory, start, length)
  }

  latin1(from: number, to: number): string {
    return this.#text.toString("latin1", from, to)
  }

  utf16(from: number, to: number): string {
    return this.#text.toString("utf16le", from, to)
  }

  /** Of a text without code units beyond Latin-1. */
  writeLatin1(text: string, at: number): void {
    this.#text.write(text, at, "latin1")
  }

  writeUtf16(text: string, at: number): void {
    this.#text.write(text, at, "utf16le")
  }
}

/** The next multiple of 8. */
export const align8 = (bytes: number): number => (bytes + 7) & ~7
