/** Puts a state object together from the parts of its states. */
import { Effect } from "effect"
import { keyGroupCount } from "../../model/keyGroups.ts"
import type { OperatorList } from "../OperatorList.ts"
import { freeMemory } from "./bytes.ts"
import { checksumText, loadChecksum } from "./checksum.ts"
import {
  type BaseObject,
  formatVersion,
  headerChecksumOffset,
  headerLengthOffset,
  magic,
  preambleChecksumOffset,
  preambleLength,
  type SnapshotHeader,
  type StateEntry,
  versionOffset
} from "./snapshotFormat.ts"
import { PartTooLarge, type SnapshotLimits, tooLargeIn } from "./snapshotLimits.ts"
import type { TimeSlice } from "./timeSlice.ts"

/** A state as the header describes it, with its parts in the order of that description. */
export interface WrittenState {
  readonly entry: StateEntry
  /** Their memory is given up with them. */
  readonly parts: ReadonlyArray<Uint8Array>
}

export interface SnapshotContent {
  readonly object: string
  readonly checkpoint: number
  readonly bases: ReadonlyArray<BaseObject>
  readonly states: ReadonlyArray<WrittenState>
  readonly lists: ReadonlyArray<OperatorList>
}

export interface WrittenSnapshot {
  readonly bytes: Uint8Array
  /** Text of its checksum over everything, see S2. */
  readonly identity: string
}

/**
 * Assembles a state object, giving way to the event loop between its parts. Dies with `StateTooLarge` for one that could
 * not be read again.
 */
export const writeSnapshot = Effect.fnUntraced(function* (
  content: SnapshotContent,
  slice: TimeSlice,
  limits: SnapshotLimits
): Effect.fn.Return<WrittenSnapshot> {
  const checksum = yield* loadChecksum
  const { bases, checkpoint, lists, object: name, states } = content
  const header: SnapshotHeader = {
    keyGroups: keyGroupCount,
    object: name,
    checkpoint,
    bases,
    states: states.map(({ entry }) => entry),
    lists
  }
  const headerBytes = encodeHeader(header)
  const parts = states.flatMap((state) => state.parts)
  const headerLength = headerBytes?.length ?? limits.objectBytes
  const length = parts.reduce((sum, bytes) => sum + bytes.length, preambleLength + headerLength)
  if (headerBytes === null || length > limits.objectBytes) {
    return yield* Effect.die(tooLarge(content, length, limits.objectBytes))
  }
  const object = new Uint8Array(length)
  object.set(headerBytes, preambleLength)
  let offset = preambleLength + headerBytes.length
  for (const bytes of parts) {
    object.set(bytes, offset)
    offset += bytes.length
    freeMemory(bytes)
    yield* slice.pause
  }
  return { bytes: object, identity: writePreamble(object, headerBytes.length, checksum) }
})

/** Null for one that is longer than a text can be. */
const encodeHeader = (header: SnapshotHeader): Uint8Array | null => {
  try {
    return new TextEncoder().encode(JSON.stringify(header))
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** Names what takes the most. */
const tooLarge = ({ lists, object, states }: SnapshotContent, bytes: number, bytesMax: number): unknown => {
  const sizes = states.map(({ entry: { name, operator }, parts }) => {
    const size = parts.reduce((sum, part) => sum + part.length, 0)
    return { operator, name, size, unit: "compressed bytes" }
  })
  // Without states, or with small ones, it is a list: of records in flight, of splits, of transactions.
  const items = lists.map(({ items, name, operator }) => ({ operator, name, size: items.length, unit: "items" }))
  const largest = (of: typeof sizes) => [...of].sort((a, b) => b.size - a.size)[0]
  const state = largest(sizes)
  const most = state !== undefined && state.size * 2 > bytes ? state : (largest(items) ?? state)
  const part = `it is, with ${most?.size ?? 0} ${most?.unit ?? "items"}, the largest part of ${object}, which`
  return tooLargeIn(most ?? { operator: object, name: object }, new PartTooLarge(part, { key: null, bytes, bytesMax }))
}

/** Answers the object's identity. */
const writePreamble = (object: Uint8Array, headerLength: number, checksum: (bytes: Uint8Array) => bigint): string => {
  const view = new DataView(object.buffer, object.byteOffset, object.byteLength)
  object.set(magic, 0)
  view.setUint32(versionOffset, formatVersion, true)
  view.setUint32(headerLengthOffset, headerLength, true)
  const header = object.subarray(preambleLength, preambleLength + headerLength)
  view.setBigUint64(headerChecksumOffset, checksum(header), true)
  const identity = checksum(object.subarray(0, preambleChecksumOffset))
  view.setBigUint64(preambleChecksumOffset, identity, true)
  return checksumText(identity)
}
