/**
 * HOT while a checkpoint is written or restored. A column of numbers in as few bytes as one pass can find, then zstd.
 *
 * One byte says how: what is stored of a number, and in how many bytes.
 * - offsets: whole numbers, or decimals with two places, as their distance from the smallest
 * - steps: whole numbers as the distance of each step from the smallest step; row numbers and ascending keys are that
 * - bits: anything else, as IEEE 754
 * Bytes of the same weight stand together: those that hardly change are compressed to nothing.
 */
import { invariant } from "../../model/invariant.ts"
import type { ByteReader, ByteWriter } from "./bytes.ts"

const offsets = 0
const steps = 16
const bits = 32

const widthMax = 4
const rangeEnd = 2 ** 32
/** Differences of numbers within this range are exact. */
const exactRange = 2 ** 53
/** Numbers looked at before a column is tried as decimals. */
const sampleSize = 64
const decimalScale = 100

export const writeNumbers = (out: ByteWriter, values: Float64Array, count: number): void => {
  if (scan(values, count, 1) || (looksDecimal(values, count) && scan(values, count, decimalScale)))
    writeWhole(out, values, count)
  else writeBits(out, values, count)
}

/** What the last scan found; kept here so that a scan allocates nothing. */
const found = { scale: 1, least: 0, most: 0, leastStep: 0, mostStep: 0 }

/** Whether all values are whole multiples of 1 / scale that are stored exactly as such. */
const scan = (values: Float64Array, count: number, scale: number): boolean => {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  let leastStep = Number.POSITIVE_INFINITY
  let mostStep = Number.NEGATIVE_INFINITY
  let before = 0
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0
    const whole = scale === 1 ? value : Math.round(value * scale)
    if (!isWhole(whole) || whole / scale !== value || (value === 0 && 1 / value < 0)) return false
    if (whole < least) least = whole
    if (whole > most) most = whole
    if (i > 0) {
      const step = whole - before
      if (step < leastStep) leastStep = step
      if (step > mostStep) mostStep = step
    }
    before = whole
  }
  found.scale = scale
  found.least = count === 0 ? 0 : least
  found.most = count === 0 ? 0 : most
  found.leastStep = count < 2 ? 0 : leastStep
  found.mostStep = count < 2 ? 0 : mostStep
  return (
    widthOf(found.most - found.least) <= widthMax ||
    (isExact() && widthOf(found.mostStep - found.leastStep) <= widthMax)
  )
}

const isWhole = (value: number): boolean => Math.trunc(value) === value && Math.abs(value) <= Number.MAX_SAFE_INTEGER

const isExact = (): boolean => found.most - found.least < exactRange

const looksDecimal = (values: Float64Array, count: number): boolean => {
  const size = Math.min(count, sampleSize)
  for (let i = 0; i < size; i++) {
    const value = values[i] ?? 0
    if (Math.round(value * decimalScale) / decimalScale !== value) return false
  }
  return true
}

const widthOf = (range: number): number => {
  if (range === 0) return 0
  if (range < 2 ** 8) return 1
  if (range < 2 ** 16) return 2
  if (range < 2 ** 24) return 3
  return range < rangeEnd ? 4 : widthMax + 1
}

const writeWhole = (out: ByteWriter, values: Float64Array, count: number): void => {
  const { least, leastStep, most, mostStep, scale } = found
  const width = widthOf(most - least)
  const stepWidth = isExact() ? widthOf(mostStep - leastStep) : widthMax + 1
  const isStepped = stepWidth < width
  out.uint8(isStepped ? steps + stepWidth : offsets + width)
  out.float64(scale)
  out.float64(isStepped ? Math.round((values[0] ?? 0) * scale) : least)
  if (isStepped) out.float64(leastStep)
  const planes = isStepped ? stepWidth : width
  const stored = isStepped ? count - 1 : count
  const start = out.take(planes * stored)
  const { bytes } = out
  for (let plane = 0; plane < planes; plane++) {
    const at = start + plane * stored
    const shift = plane * 8
    if (isStepped) {
      let before = Math.round((values[0] ?? 0) * scale)
      for (let i = 0; i < stored; i++) {
        const whole = Math.round((values[i + 1] ?? 0) * scale)
        bytes[at + i] = (whole - before - leastStep) >>> shift
        before = whole
      }
    } else {
      for (let i = 0; i < stored; i++) bytes[at + i] = (Math.round((values[i] ?? 0) * scale) - least) >>> shift
    }
  }
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1
const byteOfPlane = (plane: number): number => (isLittleEndian ? plane : 7 - plane)

const writeBits = (out: ByteWriter, values: Float64Array, count: number): void => {
  out.uint8(bits)
  const start = out.take(8 * count)
  const raw = new Uint8Array(values.buffer, values.byteOffset, count * 8)
  const { bytes } = out
  for (let plane = 0; plane < 8; plane++) {
    const at = start + plane * count
    for (let i = 0, from = byteOfPlane(plane); i < count; i++, from += 8) bytes[at + i] = raw[from] ?? 0
  }
}

/** Inverse of {@link writeNumbers}. */
export const readNumbers = (input: ByteReader, count: number): Float64Array => {
  const kind = input.uint8()
  invariant(kind <= bits, "a column of numbers is stored in a known way", { kind })
  if (kind === bits) return readBits(input, count)
  return kind < steps ? readOffsets(input, count, kind) : readSteps(input, count, kind - steps)
}

const readOffsets = (input: ByteReader, count: number, width: number): Float64Array => {
  const scale = input.float64()
  const least = input.float64()
  const values = readPlanes(input, count, width)
  if (scale === 1) for (let i = 0; i < count; i++) values[i] = least + (values[i] ?? 0)
  else for (let i = 0; i < count; i++) values[i] = (least + (values[i] ?? 0)) / scale
  return values
}

const readSteps = (input: ByteReader, count: number, width: number): Float64Array => {
  const scale = input.float64()
  let whole = input.float64()
  const leastStep = input.float64()
  const stored = readPlanes(input, count - 1, width)
  const values = new Float64Array(count)
  values[0] = whole / scale
  for (let i = 1; i < count; i++) {
    whole += leastStep + (stored[i - 1] ?? 0)
    values[i] = whole / scale
  }
  return values
}

const readPlanes = (input: ByteReader, count: number, width: number): Float64Array => {
  const { bytes } = input
  const start = input.take(width * count)
  const values = new Float64Array(count)
  for (let plane = 0, weight = 1; plane < width; plane++, weight *= 256) {
    const at = start + plane * count
    for (let i = 0; i < count; i++) values[i] = (values[i] ?? 0) + (bytes[at + i] ?? 0) * weight
  }
  return values
}

const readBits = (input: ByteReader, count: number): Float64Array => {
  const { bytes } = input
  const start = input.take(8 * count)
  const values = new Float64Array(count)
  const raw = new Uint8Array(values.buffer)
  for (let plane = 0; plane < 8; plane++) {
    const at = start + plane * count
    for (let i = 0, to = byteOfPlane(plane); i < count; i++, to += 8) raw[to] = bytes[at + i] ?? 0
  }
  return values
}
