/**
 * Opens a state object: verifies every byte of it (S1) before anything is read from it.
 */
import { Effect, Result, Schema } from "effect"
import { FormatTooNew, SnapshotCorrupt } from "../../model/errors.ts"
import type { CheckpointId } from "../../model/ids.ts"
import { type Checksum, checksumText, loadChecksum } from "./checksum.ts"
import { decompress } from "./compression.ts"
import type { OpenObject, StoredFixed, StoredGroup, StoredMaps, StoredState } from "./OpenObject.ts"
import {
  type FixedEntry,
  formatVersion,
  headerChecksumOffset,
  headerLengthOffset,
  type MapsEntry,
  magic,
  preambleChecksumOffset,
  preambleLength,
  SnapshotHeader,
  SnapshotHeader1,
  versionOffset
} from "./snapshotFormat.ts"
import { TimeSlice } from "./timeSlice.ts"

export interface SnapshotSource {
  /** Name or path of the object, for messages. */
  readonly object: string
  /** What the object must call itself; anything if left out. */
  readonly name?: string
  readonly checkpoint: CheckpointId | null
  readonly bytes: Uint8Array
}

/** Fails: for any byte that is not as it was written, and for a newer format. Gives way to the event loop. */
export const verifyObject = Effect.fnUntraced(function* (
  source: SnapshotSource
): Effect.fn.Return<OpenObject, SnapshotCorrupt | FormatTooNew> {
  const checksum = yield* loadChecksum
  const { headerLength, identity, version } = yield* readPreamble(source, checksum)
  const header = yield* version === 1 ? readHeader1(source, headerLength) : readHeader(source, headerLength)
  if (source.name !== undefined && header.object !== null && header.object !== source.name)
    return yield* corrupt(source, `it is the object ${header.object}`) // S2
  if (source.checkpoint !== null && header.checkpoint !== null && header.checkpoint !== source.checkpoint)
    return yield* corrupt(source, `it belongs to checkpoint ${header.checkpoint}`) // S2
  const parts = new Parts(source, preambleLength + headerLength, checksum)
  const states: Array<StoredState> = []
  for (const entry of header.states) {
    states.push(yield* entry.layout === "maps" ? openMaps(parts, entry) : openFixed(parts, entry))
  }
  const rest = source.bytes.length - parts.offset
  if (rest !== 0) return yield* corrupt(source, `it goes on for ${rest} bytes after its end`)
  const { bases, lists, object: name } = header
  return {
    name,
    path: source.object,
    checkpoint: header.checkpoint,
    size: source.bytes.length,
    identity,
    bases,
    states,
    lists
  }
})

/** What follows the header, part by part. */
class Parts {
  offset: number
  readonly #source: SnapshotSource
  readonly #checksum: Checksum
  readonly #slice = new TimeSlice()

  constructor(source: SnapshotSource, offset: number, checksum: Checksum) {
    this.#source = source
    this.offset = offset
    this.#checksum = checksum
  }

  /** Verifies the next part and answers what it holds, uncompressed. */
  readonly next = Effect.fnUntraced(function* (
    this: Parts,
    place: string,
    stored: { readonly size: number; readonly stored: number; readonly sum: string }
  ): Effect.fn.Return<Effect.Effect<Uint8Array>, SnapshotCorrupt> {
    const bytes = this.#source.bytes.subarray(this.offset, this.offset + stored.stored)
    if (bytes.length !== stored.stored) return yield* corrupt(this.#source, `it ends within ${place}`)
    if (checksumText(this.#checksum(bytes)) !== stored.sum)
      return yield* corrupt(this.#source, `the checksum of ${place} does not match`)
    if (stored.stored > stored.size) return yield* corrupt(this.#source, `the sizes of ${place} contradict each other`)
    this.offset += stored.stored
    yield* this.#slice.pause
    return decompress(bytes, stored.size)
  })
}

const openMaps = Effect.fnUntraced(function* (
  parts: Parts,
  { layout: _, sections, ...record }: MapsEntry
): Effect.fn.Return<StoredMaps, SnapshotCorrupt> {
  const groups: Array<StoredGroup> = []
  let bytes = 0
  let all = 0
  for (const [group, entries, size, stored, sum] of sections) {
    const rows = yield* parts.next(`${placeOf(record)}, key group ${group}`, { size, stored, sum })
    groups.push({ group, entries, rows })
    bytes += stored
    all += entries
  }
  return { _tag: "Maps", record, entries: all, bytes, depth: 0, groups }
})

const openFixed = Effect.fnUntraced(function* (
  parts: Parts,
  { chunks, columns, depth, entries, keys, layout: _, spaces, ...record }: FixedEntry
): Effect.fn.Return<StoredFixed, SnapshotCorrupt> {
  const place = placeOf(record)
  const [count, size, stored, sum] = spaces
  const spaceBytes = yield* parts.next(`${place}, namespaces`, { size, stored, sum })
  const opened: Array<Effect.Effect<Uint8Array>> = []
  let bytes = stored
  for (const [index, [, , size, stored, sum]] of chunks.entries()) {
    opened.push(yield* parts.next(`${place}, chunk ${index}`, { size, stored, sum }))
    bytes += stored
  }
  return {
    ...{ _tag: "Fixed", record, entries, bytes, depth, layout: { key: keys, columns } },
    ...{ spaces: { count, bytes: spaceBytes }, chunks: opened }
  }
})

const placeOf = ({ name, operator }: { readonly name: string; readonly operator: string }): string =>
  `state "${name}" of operator "${operator}"`

interface Preamble {
  readonly version: number
  readonly headerLength: number
  readonly identity: string
}

const readPreamble = (
  source: SnapshotSource,
  checksum: Checksum
): Effect.Effect<Preamble, SnapshotCorrupt | FormatTooNew> => {
  const { bytes, object } = source
  if (bytes.length < preambleLength) return corrupt(source, `it is cut off after ${bytes.length} bytes`)
  if (!magic.every((byte, i) => bytes[i] === byte)) return corrupt(source, "it does not begin as a state object does")
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const identity = view.getBigUint64(preambleChecksumOffset, true)
  if (checksum(bytes.subarray(0, preambleChecksumOffset)) !== identity) {
    return corrupt(source, "the checksum of its first 24 bytes does not match")
  }
  const version = view.getUint32(versionOffset, true)
  if (version > formatVersion) {
    return Effect.fail(new FormatTooNew({ object, found: version, supported: formatVersion }))
  }
  const headerLength = view.getUint32(headerLengthOffset, true)
  const header = bytes.subarray(preambleLength, preambleLength + headerLength)
  if (header.length !== headerLength) return corrupt(source, "it ends within its header")
  if (checksum(header) !== view.getBigUint64(headerChecksumOffset, true)) {
    return corrupt(source, "the checksum of its header does not match")
  }
  return Effect.succeed({ version, headerLength, identity: checksumText(identity) })
}

/** What both formats say. */
type Header = Omit<SnapshotHeader, "object" | "checkpoint"> & {
  readonly object: string | null
  readonly checkpoint: CheckpointId | null
}

const decodeHeader = Schema.decodeUnknownResult(Schema.fromJsonString(SnapshotHeader))
const decodeHeader1 = Schema.decodeUnknownResult(Schema.fromJsonString(SnapshotHeader1))

const headerText = (source: SnapshotSource, length: number): string =>
  new TextDecoder().decode(source.bytes.subarray(preambleLength, preambleLength + length))

const readHeader = (source: SnapshotSource, length: number): Effect.Effect<Header, SnapshotCorrupt> => {
  const header = decodeHeader(headerText(source, length))
  return Result.isSuccess(header) ? Effect.succeed(header.success) : unreadable(source, header.failure)
}

const readHeader1 = (source: SnapshotSource, length: number): Effect.Effect<Header, SnapshotCorrupt> => {
  const header = decodeHeader1(headerText(source, length))
  if (Result.isFailure(header)) return unreadable(source, header.failure)
  const { keyGroups, lists, states } = header.success
  const maps = states.map((state) => ({ ...state, layout: "maps" as const }))
  return Effect.succeed({ keyGroups, lists, states: maps, object: null, checkpoint: null, bases: [] })
}

const unreadable = (source: SnapshotSource, error: { readonly message: string }) =>
  corrupt(source, `its header cannot be read: ${error.message}`)

const corrupt = (source: SnapshotSource, problem: string): Effect.Effect<never, SnapshotCorrupt> =>
  Effect.fail(new SnapshotCorrupt({ object: source.object, checkpoint: source.checkpoint, problem }))
