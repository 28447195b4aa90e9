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
import { type ByteReader, type ByteWriter, freeMemory } from "./bytes.ts"

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
  if (scanWhole(values, count)) writeWhole(out, values, count, 1)
  else if (looksDecimal(values, count) && scanDecimal(values, count)) writeWhole(out, values, count, decimalScale)
  else writeBits(out, values, count)
}

/** What the last scan found; kept here so that a scan allocates nothing. */
const found = { least: 0, most: 0, leastStep: 0, mostStep: 0 }

/** Whether all values are whole numbers, of a range that pays. */
const scanWhole = (values: Float64Array, count: number): boolean => {
  let least = values[0] ?? 0
  let most = least
  let leastStep = Number.POSITIVE_INFINITY
  let mostStep = Number.NEGATIVE_INFINITY
  let before = least
  if (count > 0 && !isWhole(least)) return false
  for (let i = 1; i < count; i++) {
    const value = values[i] ?? 0
    if (!isWhole(value)) return false
    const step = value - before
    if (value < least) least = value
    if (value > most) most = value
    if (step < leastStep) leastStep = step
    if (step > mostStep) mostStep = step
    before = value
  }
  return isNarrow(count, { least, most, leastStep, mostStep })
}

/** As {@link scanWhole} for multiples of a hundredth that are read back to the last bit. */
const scanDecimal = (values: Float64Array, count: number): boolean => {
  let least = Math.round((values[0] ?? 0) * decimalScale)
  let most = least
  let leastStep = Number.POSITIVE_INFINITY
  let mostStep = Number.NEGATIVE_INFINITY
  let before = least
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? 0
    const whole = Math.round(value * decimalScale)
    if (!isWhole(whole) || whole / decimalScale !== value || (value === 0 && 1 / value < 0)) return false
    if (whole < least) least = whole
    if (whole > most) most = whole
    if (i > 0) {
      const step = whole - before
      if (step < leastStep) leastStep = step
      if (step > mostStep) mostStep = step
    }
    before = whole
  }
  return isNarrow(count, { least, most, leastStep, mostStep })
}

/** A safe integer, and not -0. */
const isWhole = (value: number): boolean =>
  Math.trunc(value) === value && Math.abs(value) <= Number.MAX_SAFE_INTEGER && (value !== 0 || 1 / value > 0)

/** Keeps what a scan has found, and says whether the numbers fit into {@link widthMax} bytes one way or the other. */
const isNarrow = (count: number, ends: typeof found): boolean => {
  found.least = ends.least
  found.most = ends.most
  found.leastStep = count < 2 ? 0 : ends.leastStep
  found.mostStep = count < 2 ? 0 : ends.mostStep
  return widthOf(found.most - found.least) <= widthMax || stepWidthOf() <= widthMax
}

/** Of steps that are exact. */
const stepWidthOf = (): number =>
  found.most - found.least < exactRange ? widthOf(found.mostStep - found.leastStep) : widthMax + 1

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

/** Distances of the column that is being written; its memory is used again. */
let distances = new Uint32Array(1024)

const writeWhole = (out: ByteWriter, values: Float64Array, count: number, scale: number): void => {
  const { least, leastStep, most } = found
  const width = widthOf(most - least)
  const stepWidth = stepWidthOf()
  const isStepped = stepWidth < width
  if (distances.length < count) distances = new Uint32Array(count * 2)
  out.uint8(isStepped ? steps + stepWidth : offsets + width)
  out.float64(scale)
  if (!isStepped) {
    out.float64(least)
    if (width === 0) return
    if (scale === 1) for (let i = 0; i < count; i++) distances[i] = (values[i] ?? 0) - least
    else for (let i = 0; i < count; i++) distances[i] = Math.round((values[i] ?? 0) * scale) - least
    writePlanes(out, distances, count, width)
    return
  }
  let before = Math.round((values[0] ?? 0) * scale)
  out.float64(before)
  out.float64(leastStep)
  if (stepWidth === 0) return
  for (let i = 1; i < count; i++) {
    const whole = scale === 1 ? (values[i] ?? 0) : Math.round((values[i] ?? 0) * scale)
    distances[i - 1] = whole - before - leastStep
    before = whole
  }
  writePlanes(out, distances, count - 1, stepWidth)
}

/** The bytes of each weight together, the lightest first. */
const writePlanes = (out: ByteWriter, numbers: Uint32Array, count: number, width: number): void => {
  const start = out.take(width * count)
  const { bytes } = out
  for (let plane = 0; plane < width; plane++) {
    const at = start + plane * count
    const shift = plane * 8
    for (let i = 0; i < count; i++) bytes[at + i] = (numbers[i] ?? 0) >>> shift
  }
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1
/** Which half of a number's 64 bits comes first in memory. */
const lightHalf = isLittleEndian ? 0 : 1

const writeBits = (out: ByteWriter, values: Float64Array, count: number): void => {
  out.uint8(bits)
  const start = out.take(8 * count)
  const halves = new Uint32Array(values.buffer, values.byteOffset, count * 2)
  const { bytes } = out
  for (let half = 0; half < 2; half++) {
    const at = start + half * 4 * count
    for (let i = 0, from = half ^ lightHalf; i < count; i++, from += 2) {
      const number = halves[from] ?? 0
      bytes[at + i] = number
      bytes[at + count + i] = number >>> 8
      bytes[at + 2 * count + i] = number >>> 16
      bytes[at + 3 * count + i] = number >>> 24
    }
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
    values[i] = scale === 1 ? whole : whole / scale
  }
  freeMemory(stored)
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
  const halves = new Uint32Array(values.buffer)
  for (let half = 0; half < 2; half++) {
    const at = start + half * 4 * count
    for (let i = 0, to = half ^ lightHalf; i < count; i++, to += 2) {
      halves[to] =
        (bytes[at + i] ?? 0) |
        ((bytes[at + count + i] ?? 0) << 8) |
        ((bytes[at + 2 * count + i] ?? 0) << 16) |
        ((bytes[at + 3 * count + i] ?? 0) << 24)
    }
  }
  return values
}
