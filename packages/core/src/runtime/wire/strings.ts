/**
 * A column of strings: whether it is wide, code units, the end of each string in code units, and all code units: bytes
 * where every string is Latin-1, else UTF-16, so that lone surrogates survive. HOT.
 */
import type { KeyValue } from "../../model/keyGroups.ts"
import { align8, type WireMemory } from "./WireMemory.ts"
import type { WireWriter } from "./WireWriter.ts"

const headerBytes = 8

/** V8 copies substrings shorter than this; longer ones would keep the text of the whole batch alive. */
const slicedFrom = 13

export const writeStrings = (out: WireWriter, texts: ReadonlyArray<string>, count: number): void => {
  let units = 0
  for (let i = 0; i < count; i++) units += textAt(texts, i).length
  const start = out.length
  const at = out.reserve(headerBytes + align8(count * 4) + units)
  const ends = (at + headerBytes) >>> 2
  const { u8, u32 } = out.memory
  u32[at >>> 2] = 0
  u32[(at >>> 2) + 1] = units
  const first = at + headerBytes + align8(count * 4)
  let to = first
  let seen = 0
  for (let i = 0; i < count; i++) {
    const text = textAt(texts, i)
    for (let unit = 0; unit < text.length; unit++) {
      const code = text.charCodeAt(unit)
      seen |= code
      u8[to++] = code
    }
    u32[ends + i] = to - first
  }
  if (seen > 0xff) {
    out.endAt(start)
    writeWide(out, { texts, count, units })
  }
}

const writeWide = (
  out: WireWriter,
  column: { readonly texts: ReadonlyArray<string>; readonly count: number; readonly units: number }
): void => {
  const { count, texts, units } = column
  const at = out.reserve(headerBytes + align8(count * 4) + units * 2)
  const ends = (at + headerBytes) >>> 2
  const { u16, u32 } = out.memory
  u32[at >>> 2] = 1
  u32[(at >>> 2) + 1] = units
  const first = (at + headerBytes + align8(count * 4)) >>> 1
  let to = first
  for (let i = 0; i < count; i++) {
    const text = textAt(texts, i)
    for (let unit = 0; unit < text.length; unit++) u16[to++] = text.charCodeAt(unit)
    u32[ends + i] = to - first
  }
}

/** Reads the column at `at` into `into` and answers where it ends. */
export const readStrings = (memory: WireMemory, at: number, column: StringsInto): number => {
  const { count, into } = column
  const { u32 } = memory
  const isWide = u32[at >>> 2] === 1
  const units = u32[(at >>> 2) + 1] ?? 0
  const ends = (at + headerBytes) >>> 2
  const first = at + headerBytes + align8(count * 4)
  if (isWide) readWide(memory, first, { count, into, ends })
  else readNarrow(memory, first, { count, into, ends, units })
  return first + align8(isWide ? units * 2 : units)
}

export interface StringsInto {
  readonly count: number
  readonly into: Array<KeyValue>
}

const readNarrow = (
  memory: WireMemory,
  first: number,
  { count, ends, into, units }: StringsInto & { readonly ends: number; readonly units: number }
): void => {
  const { u32 } = memory
  const short = units < slicedFrom * count ? memory.latin1(first, first + units) : ""
  const isSliced = short.length === units
  let from = 0
  for (let i = 0; i < count; i++) {
    const to = u32[ends + i] ?? 0
    into[i] = isSliced && to - from < slicedFrom ? short.substring(from, to) : memory.latin1(first + from, first + to)
    from = to
  }
}

const readWide = (
  memory: WireMemory,
  first: number,
  { count, ends, into }: StringsInto & { readonly ends: number }
): void => {
  const { u32 } = memory
  let from = 0
  for (let i = 0; i < count; i++) {
    const to = u32[ends + i] ?? 0
    into[i] = memory.utf16(first + from * 2, first + to * 2)
    from = to
  }
}

const textAt = (texts: ReadonlyArray<string>, i: number): string => texts[i] ?? ""
