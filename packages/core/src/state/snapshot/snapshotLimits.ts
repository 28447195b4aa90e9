/**
 * How much a state object may hold. Looked at while it is encoded: no checkpoint completes that could not be read again.
 */
import { StateTooLarge } from "../../model/errors.ts"

export interface SnapshotLimits {
  /** Packed bytes of one entry of a state in maps, with its key. */
  readonly entryBytes: number
  /** Bytes of an object, and of one key group of a state before it is compressed. */
  readonly objectBytes: number
}

/** Node reads files of up to 2 GiB at once; a backend that encrypts adds a little to an object. */
export const snapshotLimits: SnapshotLimits = { entryBytes: 256 * 1024 * 1024, objectBytes: 2_147_000_000 }

/** Found by code that does not know whose state it encodes. */
export class PartTooLarge extends Error {
  override readonly name = "PartTooLarge"
  /** Of the key in the state; null for a part of several keys. */
  readonly key: string | null
  readonly bytes: number
  readonly bytesMax: number

  constructor(part: string, of: { readonly key: string | null; readonly bytes: number; readonly bytesMax: number }) {
    super(part)
    this.key = of.key
    this.bytes = of.bytes
    this.bytesMax = of.bytesMax
  }
}

/** Names the state; another error is answered as it is. */
export const tooLargeIn = (
  { name, operator }: { readonly operator: string; readonly name: string },
  error: unknown
): unknown => {
  if (!(error instanceof PartTooLarge)) return error
  const { bytes, bytesMax, key, message } = error
  return new StateTooLarge({ operator, state: name, key, part: message, bytes, bytesMax })
}
