/** A column of values that have no fixed form: their plain rows as one MessagePack array, behind its length. */
import { Packr, Unpackr } from "msgpackr"
import { invariant } from "../../model/invariant.ts"
import type { Plain } from "../../state/Plain.ts"
import { align8, type WireMemory } from "./WireMemory.ts"
import type { WireWriter } from "./WireWriter.ts"

const packr = new Packr({ useRecords: false })
const unpackr = new Unpackr({ useRecords: false })

const headerBytes = 8

export const writePacked = (out: WireWriter, rows: ReadonlyArray<Plain>): void => {
  const bytes = packr.pack(rows)
  const at = out.reserve(headerBytes + bytes.length)
  out.memory.u32[at >>> 2] = bytes.length
  out.memory.u8.set(bytes, at + headerBytes)
}

export const readPacked = (memory: WireMemory, at: number): ReadonlyArray<unknown> => {
  const from = at + headerBytes
  // A copy: the unpacker is not made for memory that is shared.
  const rows: unknown = unpackr.unpack(memory.u8.slice(from, from + lengthAt(memory, at)))
  invariant(Array.isArray(rows), "a packed column is an array")
  return rows
}

export const packedEnd = (memory: WireMemory, at: number): number => at + headerBytes + align8(lengthAt(memory, at))

const lengthAt = (memory: WireMemory, at: number): number => memory.u32[at >>> 2] ?? 0
