/**
 * What a store's log holds: records of its part in the votes, each a line of text that a person can read, and behind
 * it the entry of the job as it was given.
 *
 * ```
 * tidemark-replica 1 1b2c3d4e {"kind":"accept","ballot":[3,"x1f"],"slot":7,"id":"x1f.4"}
 * { "format": 1, "checksum": ..., "entry": { "_tag": "Manifest", ... } }
 * ```
 * The third word is the checksum of all that follows it.
 */
import { crc32 } from "node:zlib"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const format = 1

/** Number of a round and who conducts it: no two are alike, and any two can be compared. */
const Ballot = Schema.Tuple([Schema.Int, Schema.String])
export type Ballot = typeof Ballot.Type

export const isHigher = (ballot: Ballot, than: Ballot | null): boolean =>
  than === null || ballot[0] > than[0] || (ballot[0] === than[0] && ballot[1] > than[1])

export const isSameBallot = (a: Ballot | null, b: Ballot | null): boolean =>
  a === b || (a !== null && b !== null && a[0] === b[0] && a[1] === b[1])

const Range = Schema.Tuple([Schema.Int, Schema.Int])

const Header = Schema.Union([
  /** First record of a new job: the store takes part from here on. */
  Schema.Struct({ kind: Schema.Literal("found"), ballot: Ballot }),
  /** Nothing of a lower ballot is accepted any more. */
  Schema.Struct({ kind: Schema.Literal("promise"), ballot: Ballot }),
  /** A vote for an entry. */
  Schema.Struct({ kind: Schema.Literal("accept"), ballot: Ballot, slot: Schema.Int, id: Schema.String }),
  /** A copy of an entry that is known to be decided. */
  Schema.Struct({ kind: Schema.Literal("chosen"), slot: Schema.Int, id: Schema.String }),
  /** Entries that retention has removed; their slots stay taken. */
  Schema.Struct({ kind: Schema.Literal("retire"), slots: Schema.Array(Range) }),
  /** All that counts of the records below. */
  Schema.Struct({
    kind: Schema.Literal("index"),
    id: Schema.String,
    ballot: Ballot,
    /** Slots with the positions of their records. */
    live: Schema.Array(Range),
    retired: Schema.Array(Range)
  }),
  /** The index with this id stands where it should: what it does not name may be removed, and the store takes part. */
  Schema.Struct({ kind: Schema.Literal("confirm"), id: Schema.String })
])
export type Header = typeof Header.Type

export interface ReplicaRecord {
  readonly header: Header
  /** The entry of `accept` and `chosen`; empty for the others. */
  readonly entry: Uint8Array
}

const noEntry = new Uint8Array(0)

export const recordOf = (header: Header, entry: Uint8Array = noEntry): ReplicaRecord => ({ header, entry })

export const encodeRecord = ({ header, entry }: ReplicaRecord): Uint8Array => {
  const body = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), entry])
  return Buffer.concat([Buffer.from(`tidemark-replica ${format} ${checksumOf(body)} `), body])
}

const checksumOf = (bytes: Uint8Array): string => crc32(bytes).toString(16).padStart(8, "0")

const decodeHeader = Schema.decodeUnknownResult(Schema.fromJsonString(Header))

/** Answers `newer` for a record of a later version: it must not be taken for a damaged one. */
export const decodeRecord = (bytes: Uint8Array): Result.Result<ReplicaRecord, "damaged" | "newer"> => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const prefix = /^tidemark-replica (\d{1,9}) ([0-9a-f]{8}) /.exec(buffer.toString("latin1", 0, 40))
  if (prefix === null) return Result.fail("damaged")
  if (Number(prefix[1]) > format) return Result.fail("newer")
  const body = buffer.subarray(prefix[0].length)
  const end = body.indexOf(10)
  if (end < 0 || checksumOf(body) !== prefix[2]) return Result.fail("damaged")
  return decodeHeader(body.toString("utf8", 0, end)).pipe(
    Result.map((header) => ({ header, entry: new Uint8Array(body.subarray(end + 1)) })),
    Result.mapError(() => "damaged" as const)
  )
}
