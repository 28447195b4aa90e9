/**
 * Opens a state object: verifies every byte of it (S1) before anything is read from it.
 */
import { Effect, Result, Schema } from "effect"
import { FormatTooNew, SnapshotCorrupt } from "../model/errors.ts"
import type { CheckpointId } from "../model/ids.ts"
import { type Checksum, checksumText, loadChecksum } from "./checksum.ts"
import { decompress } from "./compression.ts"
import type { StateRecord } from "./describeState.ts"
import type { OperatorList } from "./OperatorList.ts"
import type { SnapshotReader, SnapshotSection } from "./SnapshotReader.ts"
import {
  formatVersion,
  headerChecksumOffset,
  headerLengthOffset,
  magic,
  preambleChecksumOffset,
  preambleLength,
  SnapshotHeader,
  versionOffset
} from "./snapshotFormat.ts"
import { TimeSlice } from "./timeSlice.ts"

export interface SnapshotSource {
  /** Name or path of the object, for messages. */
  readonly object: string
  readonly checkpoint: CheckpointId | null
  readonly bytes: Uint8Array
}

/** One key group of one state, as stored. */
export interface StoredGroup {
  readonly group: number
  readonly entries: number
  /** The rows, uncompressed. */
  readonly rows: Effect.Effect<Uint8Array>
}

export interface StoredState {
  readonly record: StateRecord
  readonly groups: ReadonlyArray<StoredGroup>
}

/** A verified state object with what `restore` needs of it. */
export class OpenSnapshot implements SnapshotReader {
  readonly lists: ReadonlyArray<OperatorList>
  readonly sections: ReadonlyArray<SnapshotSection>
  readonly states: ReadonlyArray<StoredState>

  constructor(states: ReadonlyArray<StoredState>, header: SnapshotHeader) {
    this.lists = header.lists
    this.states = states
    this.sections = header.states.map(({ operator, name, sections }) => ({
      operator,
      state: name,
      entries: sections.reduce((sum, [, entries]) => sum + entries, 0),
      bytes: sections.reduce((sum, [, , , bytes]) => sum + bytes, 0)
    }))
  }
}

/** Fails: for any byte that is not as it was written, and for a newer format. Yields at least every 5 ms. */
export const openSnapshot = Effect.fnUntraced(function* (
  source: SnapshotSource
): Effect.fn.Return<OpenSnapshot, SnapshotCorrupt | FormatTooNew> {
  const checksum = yield* loadChecksum
  const headerLength = yield* readPreamble(source, checksum)
  const header = yield* readHeader(source, headerLength)
  const slice = new TimeSlice()
  const states: Array<StoredState> = []
  let offset = preambleLength + headerLength
  for (const { sections, ...record } of header.states) {
    const groups: Array<StoredGroup> = []
    for (const [group, entries, size, stored, sum] of sections) {
      const bytes = source.bytes.subarray(offset, offset + stored)
      const place = `state "${record.name}" of operator "${record.operator}", key group ${group}`
      if (bytes.length !== stored) return yield* corrupt(source, `it ends within ${place}`)
      if (checksumText(checksum(bytes)) !== sum)
        return yield* corrupt(source, `the checksum of ${place} does not match`)
      if (stored > size) return yield* corrupt(source, `the sizes of ${place} contradict each other`)
      groups.push({ group, entries, rows: decompress(bytes, size) })
      offset += stored
      yield* slice.pause
    }
    states.push({ record, groups })
  }
  const rest = source.bytes.length - offset
  if (rest !== 0) return yield* corrupt(source, `it goes on for ${rest} bytes after its end`)
  return new OpenSnapshot(states, header)
})

/** Answers the length of the header. */
const readPreamble = (
  source: SnapshotSource,
  checksum: Checksum
): Effect.Effect<number, SnapshotCorrupt | FormatTooNew> => {
  const { bytes, object } = source
  if (bytes.length < preambleLength) return corrupt(source, `it is cut off after ${bytes.length} bytes`)
  if (!magic.every((byte, i) => bytes[i] === byte)) return corrupt(source, "it does not begin as a state object does")
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (checksum(bytes.subarray(0, preambleChecksumOffset)) !== view.getBigUint64(preambleChecksumOffset, true)) {
    return corrupt(source, "the checksum of its first 24 bytes does not match")
  }
  const version = view.getUint32(versionOffset, true)
  if (version > formatVersion) {
    return Effect.fail(new FormatTooNew({ object, found: version, supported: formatVersion }))
  }
  const length = view.getUint32(headerLengthOffset, true)
  const header = bytes.subarray(preambleLength, preambleLength + length)
  if (header.length !== length) return corrupt(source, "it ends within its header")
  if (checksum(header) !== view.getBigUint64(headerChecksumOffset, true)) {
    return corrupt(source, "the checksum of its header does not match")
  }
  return Effect.succeed(length)
}

const decodeHeader = Schema.decodeUnknownResult(Schema.fromJsonString(SnapshotHeader))

const readHeader = (source: SnapshotSource, length: number): Effect.Effect<SnapshotHeader, SnapshotCorrupt> => {
  const text = new TextDecoder().decode(source.bytes.subarray(preambleLength, preambleLength + length))
  const header = decodeHeader(text)
  return Result.isSuccess(header)
    ? Effect.succeed(header.success)
    : corrupt(source, `its header cannot be read: ${header.failure.message}`)
}

const corrupt = (source: SnapshotSource, problem: string): Effect.Effect<never, SnapshotCorrupt> =>
  Effect.fail(new SnapshotCorrupt({ object: source.object, checkpoint: source.checkpoint, problem }))
