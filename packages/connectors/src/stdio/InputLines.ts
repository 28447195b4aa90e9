/**
 * The lines of a stream that can be read only once, numbered since the job began.
 *
 * N1 What was read is kept until a completed checkpoint covers it, so that a restart within the process reads it again;
 *    at most `keptBytesMax`, the newest.
 * N2 At most a chunk and what is kept is in memory: the stream is paused until its lines are asked for.
 */
import type { Readable } from "node:stream"
import { type CutLine, LineSplitter } from "../jsonl/LineSplitter.ts"

export type InputLine = CutLine | { readonly _tag: "Pending" } | { readonly _tag: "End" } | InputBroken

interface InputBroken {
  readonly _tag: "Broken"
  readonly cause: Error
}

const chunkBytesMax = 1024 * 1024
const keptBytesMax = 64 * 1024 * 1024

export class InputLines {
  readonly #input: Readable
  readonly #splitter: LineSplitter
  #chunks: ReadonlyArray<Buffer> = []
  #chunkBytes = 0
  #kept: Array<CutLine> = []
  #keptBytes = 0
  /** Number of the first kept line; null before anybody has said where to begin. */
  #first: number | null = null
  #hasEnded = false
  #broken: InputBroken | null = null
  #wake: () => void = () => {}

  constructor(input: Readable, lineBytesMax: number) {
    this.#input = input
    this.#splitter = new LineSplitter(0, lineBytesMax)
    this.#hasEnded = input.readableEnded
    input.on("data", (chunk: Buffer | string) => {
      const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk
      this.#chunks = [...this.#chunks, bytes]
      this.#chunkBytes += bytes.length
      if (this.#chunkBytes >= chunkBytesMax) input.pause()
      this.#wake()
    })
    input.on("end", () => this.#end())
    input.on("close", () => this.#end())
    input.on("error", (cause) => {
      this.#broken = { _tag: "Broken", cause }
      this.#wake()
    })
  }

  /** Begins to read for somebody who has read up to line `from`; lines that nobody has kept are not read again. */
  open(from: number, wake: () => void): void {
    this.#first ??= from
    this.#wake = wake
    if (!this.#hasEnded) this.#input.resume()
    setHold(this.#input, true)
  }

  /** Nobody reads: the stream does not keep the process alive. */
  close(): void {
    this.#wake = () => {}
    this.#input.pause()
    setHold(this.#input, false)
  }

  /** The line of a number, or the first one kept behind it. */
  at(line: number): { readonly number: number; readonly line: InputLine } {
    const first = this.#first ?? line
    const number = Math.max(line, first)
    const kept = this.#kept[number - first]
    return { number, line: kept ?? this.#next() }
  }

  /** A completed checkpoint covers all lines before this one. */
  release(before: number): void {
    const count = Math.min(this.#kept.length, before - (this.#first ?? before))
    if (count > 0) this.#drop(count)
  }

  #next(): InputLine {
    for (;;) {
      const line = this.#splitter.next()
      if (line !== null) return this.#keep(line)
      const chunk = this.#chunks[0]
      if (chunk !== undefined) {
        this.#chunks = this.#chunks.slice(1)
        this.#chunkBytes -= chunk.length
        this.#splitter.push(chunk)
        if (this.#chunkBytes < chunkBytesMax && !this.#hasEnded) this.#input.resume()
        continue
      }
      if (this.#broken !== null) return this.#broken
      if (!this.#hasEnded) return { _tag: "Pending" }
      this.#splitter.end()
      const last = this.#splitter.next()
      return last === null ? { _tag: "End" } : this.#keep(last)
    }
  }

  #keep(line: CutLine): CutLine {
    this.#kept.push(line)
    this.#keptBytes += sizeOf(line)
    while (this.#keptBytes > keptBytesMax && this.#kept.length > 1) this.#drop(1)
    return line
  }

  #drop(count: number): void {
    for (const line of this.#kept.slice(0, count)) this.#keptBytes -= sizeOf(line)
    this.#kept = this.#kept.slice(count)
    this.#first = (this.#first ?? 0) + count
  }

  #end(): void {
    this.#hasEnded = true
    this.#wake()
  }
}

const sizeOf = (line: CutLine): number => (line._tag === "Line" ? 2 * line.text.length : 0) + 32

/** Whether an open stream keeps the process alive, where that can be said of it. */
const setHold = (input: Readable, holds: boolean): void => {
  const method: unknown = Reflect.get(input, holds ? "ref" : "unref")
  if (typeof method === "function") Reflect.apply(method, input, [])
}
