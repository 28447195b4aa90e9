import { Effect } from "effect"
import { keyGroupCount } from "../model/keyGroups.ts"
import { checksumText, loadChecksum } from "./checksum.ts"
import { compress } from "./compression.ts"
import type { StateRecord } from "./describeState.ts"
import type { OperatorList } from "./OperatorList.ts"
import type { Section } from "./SectionRows.ts"
import {
  formatVersion,
  headerChecksumOffset,
  headerLengthOffset,
  magic,
  preambleChecksumOffset,
  preambleLength,
  type SectionEntry,
  type SnapshotHeader,
  versionOffset
} from "./snapshotFormat.ts"
import { TimeSlice } from "./timeSlice.ts"

export interface SnapshotContent {
  readonly states: ReadonlyArray<{ readonly record: StateRecord; readonly sections: ReadonlyArray<Section> }>
  readonly lists: ReadonlyArray<OperatorList>
}

/** Sections that are compressed at a time; two keep the thread pool free for others. */
const compressedAtOnce = 2

/** Compresses, checks and assembles a state object. Yields to the event loop at least every 5 ms. */
export const writeSnapshot = Effect.fnUntraced(function* (content: SnapshotContent) {
  const checksum = yield* loadChecksum
  const slice = new TimeSlice()
  const states = yield* Effect.forEach(content.states, (state) =>
    Effect.map(
      Effect.forEach(state.sections, (section) => Effect.tap(storedSection(section), () => slice.pause), {
        concurrency: compressedAtOnce
      }),
      (sections) => ({ record: state.record, sections })
    )
  )
  const header: SnapshotHeader = {
    keyGroups: keyGroupCount,
    states: states.map(({ record, sections }) => ({ ...record, sections: sections.map(({ entry }) => entry) })),
    lists: content.lists
  }
  const headerBytes = new TextEncoder().encode(JSON.stringify(header))
  const stored = states.flatMap(({ sections }) => sections.map(({ bytes }) => bytes))
  const length = stored.reduce((sum, bytes) => sum + bytes.length, preambleLength + headerBytes.length)
  const object = new Uint8Array(length)
  object.set(headerBytes, preambleLength)
  let offset = preambleLength + headerBytes.length
  for (const bytes of stored) {
    object.set(bytes, offset)
    offset += bytes.length
    yield* slice.pause
  }
  writePreamble(object, headerBytes.length, checksum)
  return object
})

interface StoredSection {
  readonly entry: SectionEntry
  readonly bytes: Uint8Array
}

const storedSection = (section: Section): Effect.Effect<StoredSection> =>
  Effect.gen(function* () {
    const checksum = yield* loadChecksum
    const bytes = yield* compress(section.bytes)
    const sum = checksumText(checksum(bytes))
    return { bytes, entry: [section.group, section.entries, section.bytes.length, bytes.length, sum] as const }
  })

const writePreamble = (object: Uint8Array, headerLength: number, checksum: (bytes: Uint8Array) => bigint): void => {
  const view = new DataView(object.buffer, object.byteOffset, object.byteLength)
  object.set(magic, 0)
  view.setUint32(versionOffset, formatVersion, true)
  view.setUint32(headerLengthOffset, headerLength, true)
  const header = object.subarray(preambleLength, preambleLength + headerLength)
  view.setBigUint64(headerChecksumOffset, checksum(header), true)
  view.setBigUint64(preambleChecksumOffset, checksum(object.subarray(0, preambleChecksumOffset)), true)
}
