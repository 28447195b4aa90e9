/**
 * Copies of an object in several stores: each has a checksum, and one that fits is the object, for a name is given once.
 *
 * A copy is 16 bytes more than the object: `TMR1`, CRC-32 of the rest, then the length, little endian.
 */
import { crc32 } from "node:zlib"
import type { StorageFailure } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"

const mark = 0x31524d54
export const copyOverhead = 16

export const encodeCopy = (bytes: Uint8Array): Uint8Array => {
  const copy = Buffer.alloc(copyOverhead + bytes.length)
  copy.writeUInt32LE(mark, 0)
  copy.writeBigUInt64LE(BigInt(bytes.length), 8)
  copy.set(bytes, copyOverhead)
  copy.writeUInt32LE(crc32(copy.subarray(8)), 4)
  return copy
}

/** Null for a damaged copy. */
const decodeCopy = (bytes: Uint8Array): Uint8Array | null => {
  const copy = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (copy.length < copyOverhead || copy.readUInt32LE(0) !== mark) return null
  if (copy.readBigUInt64LE(8) !== BigInt(copy.length - copyOverhead)) return null
  if (copy.readUInt32LE(4) !== crc32(copy.subarray(8))) return null
  return new Uint8Array(copy.subarray(copyOverhead))
}

/** What a store has of an object. */
export type Copy = Uint8Array | "missing" | "corrupt"

export const isBytes = (copy: string | Uint8Array): copy is Uint8Array => typeof copy !== "string"

/** Reads a store's copy; `read` answers its bytes as they are. */
export const checkedCopy = (read: Effect.Effect<Uint8Array, StorageFailure>): Effect.Effect<Copy, StorageFailure> =>
  read.pipe(
    Effect.map((bytes): Copy => decodeCopy(bytes) ?? "corrupt"),
    Effect.catchIf(
      ({ reason }) => reason === "missing" || reason === "corrupt",
      ({ reason }) => Effect.succeed<Copy>(reason === "missing" ? "missing" : "corrupt")
    )
  )
