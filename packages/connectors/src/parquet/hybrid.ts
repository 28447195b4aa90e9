/**
 * Parquet's run-length and bit-packing hybrid, the encoding of dictionary indices and levels. HOT per value.
 */
import { corrupt } from "./decoding.ts"

export interface HybridShape {
  /** Bits per value, 0 to 32. */
  readonly width: number
  readonly count: number
}

/** Decodes `count` values from the start of `bytes`. Fails: throws when the bytes end too early. */
export const decodeHybrid = (bytes: Uint8Array, { width, count }: HybridShape): Uint32Array<ArrayBuffer> => {
  const values = new Uint32Array(count)
  if (width > 32) throw corrupt(`values of ${width} bits`)
  if (width === 0) return values
  let at = 0
  let filled = 0
  while (filled < count) {
    const header = readVarint(bytes, at)
    at = header.next
    const length = Math.floor(header.value / 2)
    if (header.value % 2 === 1) {
      const packed = length * width
      const taken = Math.min(length * 8, count - filled)
      if (at + Math.ceil((taken * width) / 8) > bytes.length) throw corrupt("a bit-packed run ends too early")
      const run = width > 24 ? unpackWide : unpack
      run(bytes.subarray(at, at + packed), width, values.subarray(filled, filled + taken))
      at += packed
      filled += taken
    } else {
      const size = (width + 7) >> 3
      if (at + size > bytes.length) throw corrupt("a run ends too early")
      const end = Math.min(count, filled + length)
      values.fill(readLittleEndian(bytes, at, size), filled, end)
      at += size
      filled = end
    }
  }
  return values
}

const readVarint = (bytes: Uint8Array, from: number): { readonly value: number; readonly next: number } => {
  let value = 0
  let factor = 1
  for (let at = from; at < bytes.length && at < from + 6; at++) {
    const byte = bytes[at] ?? 0
    value += (byte & 0x7f) * factor
    if (byte < 0x80) return { value, next: at + 1 }
    factor *= 128
  }
  throw corrupt("a run's length ends too early")
}

const readLittleEndian = (bytes: Uint8Array, from: number, size: number): number => {
  let value = 0
  for (let i = size - 1; i >= 0; i--) value = value * 256 + (bytes[from + i] ?? 0)
  return value
}

/** At most 24 bits fit beside a byte into 32. */
const unpack = (packed: Uint8Array, width: number, values: Uint32Array): void => {
  const mask = (1 << width) - 1
  let at = 0
  let bits = 0
  let buffer = 0
  for (let i = 0; i < values.length; i++) {
    while (bits < width) {
      buffer |= (packed[at++] ?? 0) << bits
      bits += 8
    }
    values[i] = buffer & mask
    buffer >>>= width
    bits -= width
  }
}

/** More than 24 bits: a number holds 53. */
const unpackWide = (packed: Uint8Array, width: number, values: Uint32Array): void => {
  for (let i = 0; i < values.length; i++) {
    const first = i * width
    const bytes = readLittleEndian(packed, first >> 3, 5)
    values[i] = Math.floor(bytes / 2 ** (first & 7)) % 2 ** width
  }
}
