/** Puts a state object together from the parts of its states. */
import { Effect } from "effect"
import { keyGroupCount } from "../../model/keyGroups.ts"
import type { OperatorList } from "../OperatorList.ts"
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
import type { TimeSlice } from "./timeSlice.ts"

/** A state as the header describes it, with its parts in the order of that description. */
export interface WrittenState {
  readonly entry: StateEntry
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

/** Assembles a state object, giving way to the event loop between its parts. */
export const writeSnapshot = Effect.fnUntraced(function* (
  content: SnapshotContent,
  slice: TimeSlice
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
  const headerBytes = new TextEncoder().encode(JSON.stringify(header))
  const parts = states.flatMap((state) => state.parts)
  const length = parts.reduce((sum, bytes) => sum + bytes.length, preambleLength + headerBytes.length)
  const object = new Uint8Array(length)
  object.set(headerBytes, preambleLength)
  let offset = preambleLength + headerBytes.length
  for (const bytes of parts) {
    object.set(bytes, offset)
    offset += bytes.length
    yield* slice.pause
  }
  return { bytes: object, identity: writePreamble(object, headerBytes.length, checksum) }
})

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
