/**
 * A column of strings: whether it is wide, code units, the end of each string in code units, and all code units: bytes
 * where every string is Latin-1, else UTF-16, so that lone surrogates survive. HOT.
 *
 * V8 joins, writes and cuts strings faster than a loop over their code units does (measured: 10 to 14 ns a string for any
 * length up to 24, against 18 to 54), and a call into Node costs 50: so strings pass the border in pieces of many.
 */
import type { KeyValue } from "../../model/keyGroups.ts"
import { align8, type WireMemory } from "./WireMemory.ts"
import type { WireWriter } from "./WireWriter.ts"

const headerBytes = 8

/** Code units that are joined before they are written: far below the longest string that there can be. */
const joinedMax = 65_536

/**
 * Code units that are read at once. V8 cuts longer strings out of a piece without copying: whoever keeps one string keeps
 * its piece, never the text of a batch.
 */
const pieceMax = 512

const beyondLatin1 = /[^\0-\xff]/

export const writeStrings = (out: WireWriter, texts: ReadonlyArray<string>, count: number): void => {
  let units = 0
  for (let i = 0; i < count; i++) units += textAt(texts, i).length
  const start = out.length
  if (write(out, { texts, count, units, isWide: false })) return
  out.endAt(start)
  write(out, { texts, count, units, isWide: true })
}

/** False where a string does not fit into bytes. */
const write = (
  out: WireWriter,
  column: {
    readonly texts: ReadonlyArray<string>
    readonly count: number
    readonly units: number
    readonly isWide: boolean
  }
): boolean => {
  const { count, isWide, texts, units } = column
  const at = out.reserve(headerBytes + align8(count * 4) + (isWide ? units * 2 : units))
  const { memory } = out
  const { u32 } = memory
  u32[at >>> 2] = isWide ? 1 : 0
  u32[(at >>> 2) + 1] = units
  const ends = (at + headerBytes) >>> 2
  let to = at + headerBytes + align8(count * 4)
  let joined = ""
  let end = 0
  for (let i = 0; i < count; i++) {
    const text = textAt(texts, i)
    end += text.length
    u32[ends + i] = end
    joined += text
    if (joined.length < joinedMax && i + 1 < count) continue
    if (isWide) memory.writeUtf16(joined, to)
    else if (beyondLatin1.test(joined)) return false
    else memory.writeLatin1(joined, to)
    to += isWide ? joined.length * 2 : joined.length
    joined = ""
  }
  return true
}

/** Reads the column at `at` into `into` and answers where it ends. */
export const readStrings = (memory: WireMemory, at: number, { count, into }: StringsInto): number => {
  const { u32 } = memory
  const isWide = u32[at >>> 2] === 1
  const units = u32[(at >>> 2) + 1] ?? 0
  const ends = (at + headerBytes) >>> 2
  const first = at + headerBytes + align8(count * 4)
  let from = 0
  for (let i = 0; i < count; ) {
    let to = u32[ends + i] ?? 0
    let next = i + 1
    for (let end = u32[ends + next] ?? 0; next < count && end - from <= pieceMax; end = u32[ends + next] ?? 0) {
      to = end
      next++
    }
    const piece = isWide ? memory.utf16(first + from * 2, first + to * 2) : memory.latin1(first + from, first + to)
    let begin = 0
    for (; i < next; i++) {
      const end = (u32[ends + i] ?? 0) - from
      into[i] = piece.substring(begin, end)
      begin = end
    }
    from = to
  }
  return first + align8(isWide ? units * 2 : units)
}

export interface StringsInto {
  readonly count: number
  readonly into: Array<KeyValue>
}

const textAt = (texts: ReadonlyArray<string>, i: number): string => texts[i] ?? ""
