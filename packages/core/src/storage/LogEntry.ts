/**
 * The entries of a job's log, as JSON that a person can read, each with a checksum over the rest of its text.
 *
 * E1 An entry is never changed; what it says stands until a later entry says otherwise.
 */
import { crc32 } from "node:zlib"
import { Result, Schema } from "effect"
import { FormatTooNew, SnapshotCorrupt } from "../model/errors.ts"

/** Newest format of log entries that this version reads and writes. */
export const logFormat = 1

/** How many ids a claim reserves at once. */
export const idBlock = 1_000

const Id = Schema.Int
const At = Schema.String

/** Leadership: everything of lower terms that follows it is void. Repeated within a term to reserve more ids. */
export const Claim = Schema.TaggedStruct("Claim", {
  term: Schema.Int,
  holder: Schema.String,
  since: At,
  /** Drawn at random: tells claims apart that are alike otherwise, so that nobody takes another's for its own. */
  nonce: Schema.Int,
  /** Ids `[from, to)` belong to this term. */
  idsReserved: Schema.Struct({ from: Id, to: Id }),
  /** The newest checkpoint that counts from here on; null starts over. */
  resumesFrom: Schema.NullOr(Id),
  /** Left out where the log itself said from what to go on; else the user named it, and whose it is from now on. */
  restores: Schema.optionalKey(Schema.Literals(["claim", "no-claim"]))
})
export type Claim = typeof Claim.Type

/** Where the state of one subtask is stored, and its size in bytes. */
export const SubtaskObject = Schema.Struct({
  index: Schema.Int,
  object: Schema.String,
  size: Schema.Int,
  /** Objects of earlier checkpoints that this one refers to, sorted; left out for a full snapshot. */
  shared: Schema.optionalKey(Schema.Array(Schema.String)),
  /** Of a savepoint: the uncommitted transactions in it. They stay prepared as long as it stands. */
  held: Schema.optionalKey(Schema.Struct({ sink: Schema.String, transactions: Schema.Array(Schema.String) }))
})
export type SubtaskObject = typeof SubtaskObject.Type

/** A completed checkpoint. */
export const Manifest = Schema.TaggedStruct("Manifest", {
  term: Schema.Int,
  id: Id,
  kind: Schema.Literals(["checkpoint", "savepoint", "final", "stop", "finalSavepoint", "stopSavepoint"]),
  at: At,
  pipeline: Schema.String,
  keyGroups: Schema.Int,
  parallelism: Schema.Int,
  /** Records that the sources had emitted in all. */
  records: Schema.Int,
  /** Bytes of the state objects that it wrote itself. */
  bytes: Schema.Int,
  durationMs: Schema.Number,
  tasks: Schema.Array(Schema.Struct({ task: Schema.String, subtasks: Schema.Array(SubtaskObject) })),
  /** Operators with their states and schema descriptors. */
  operators: Schema.Json
})
export type Manifest = typeof Manifest.Type

/** A completed checkpoint was found damaged: no restore takes it again. */
export const Invalidation = Schema.TaggedStruct("Invalidation", {
  term: Schema.Int,
  id: Id,
  reason: Schema.Literals(["corrupt"]),
  at: At,
  detail: Schema.String
})
export type Invalidation = typeof Invalidation.Type

/** The job is over: its input has ended, or it was cancelled. */
export const End = Schema.TaggedStruct("End", {
  term: Schema.Int,
  end: Schema.Literals(["finished", "cancelled"]),
  at: At
})
export type End = typeof End.Type

export const LogEntry = Schema.Union([Claim, Manifest, Invalidation, End])
export type LogEntry = typeof LogEntry.Type

const Envelope = Schema.Struct({ format: Schema.Int, checksum: Schema.String, entry: Schema.Json })

const encodeEntry = Schema.encodeSync(LogEntry)
const decodeEntry = Schema.decodeUnknownResult(LogEntry)
const decodeEnvelope = Schema.decodeUnknownResult(Schema.fromJsonString(Envelope))

const checksumOf = (entry: unknown): string => crc32(JSON.stringify(entry)).toString(16).padStart(8, "0")

/** Bytes of an entry: its JSON in an envelope with format and checksum. */
export const encodeLogEntry = (entry: LogEntry): Uint8Array => {
  const encoded = encodeEntry(entry)
  const envelope = { format: logFormat, checksum: checksumOf(encoded), entry: encoded }
  return new TextEncoder().encode(`${JSON.stringify(envelope, null, 2)}\n`)
}

/** Fails: `FormatTooNew`, and `SnapshotCorrupt` for everything that was not written by {@link encodeLogEntry}. */
export const decodeLogEntry = (
  path: string,
  bytes: Uint8Array
): Result.Result<LogEntry, FormatTooNew | SnapshotCorrupt> => {
  const corrupt = (problem: string) => Result.fail(new SnapshotCorrupt({ object: path, checkpoint: null, problem }))
  const envelope = decodeEnvelope(new TextDecoder().decode(bytes))
  if (Result.isFailure(envelope)) return corrupt("it is not a log entry")
  const { format, checksum, entry } = envelope.success
  if (format < 1) return corrupt(`it has format ${format}`)
  if (format > logFormat) return Result.fail(new FormatTooNew({ object: path, found: format, supported: logFormat }))
  if (checksum !== checksumOf(entry)) return corrupt("its checksum does not match its content")
  const decoded = decodeEntry(entry)
  return Result.isFailure(decoded)
    ? corrupt("it does not have the fields of a log entry")
    : Result.succeed(decoded.success)
}
