/**
 * The state objects that manifests name, read and verified, each once: several snapshots may continue the same one.
 */
import { Effect } from "effect"
import { type FormatTooNew, SnapshotCorrupt, type StorageFailure } from "../model/errors.ts"
import type { CheckpointId } from "../model/ids.ts"
import { loadChain, type OpenObject, OpenSnapshot, type VerifiedObject, verifyObject } from "../state/index.ts"
import type { ObjectReader } from "../storage/CheckpointStorage.ts"
import type { SubtaskObject } from "../storage/LogEntry.ts"

type ReadFailure = StorageFailure | FormatTooNew | SnapshotCorrupt

/** `retain` says what is kept of an object that has been verified. */
class ObjectCache<O extends VerifiedObject> {
  readonly #reader: ObjectReader
  readonly #retain: (object: OpenObject) => O
  readonly #objects = new Map<string, Effect.Effect<O, ReadFailure>>()

  constructor(reader: ObjectReader, retain: (object: OpenObject) => O) {
    this.#reader = reader
    this.#retain = retain
  }

  /** Reads and checks an object. Fails: `SnapshotCorrupt` also for one that is missing or of another size. */
  read(of: {
    readonly object: string
    readonly size: number
    readonly checkpoint: CheckpointId
  }): Effect.Effect<O, ReadFailure> {
    return Effect.suspend(() => {
      const known = this.#objects.get(of.object)
      if (known !== undefined) return known
      const read = Effect.cached(Effect.map(readObject(this.#reader, of), this.#retain))
      return Effect.flatMap(read, (cached) => {
        this.#objects.set(of.object, cached)
        return cached
      })
    })
  }

  /** Reads and checks what a manifest names for a subtask: its own object, and the older ones, newest first. */
  readonly chain = Effect.fnUntraced(function* (
    this: ObjectCache<O>,
    checkpoint: CheckpointId,
    { object, shared = [], size }: SubtaskObject
  ): Effect.fn.Return<{ readonly newest: O; readonly older: ReadonlyArray<O> }, ReadFailure> {
    const newest = yield* this.read({ object, size, checkpoint })
    if (JSON.stringify(newest.bases.map((base) => base.object).sort()) !== JSON.stringify(shared)) {
      const problem = "it does not continue the objects that the log names"
      return yield* new SnapshotCorrupt({ object: newest.path, checkpoint, problem })
    }
    const older = yield* Effect.catchTag(
      loadChain(newest, (base) => this.read(base)),
      "SnapshotCorrupt",
      (failure) => neededBy(checkpoint, failure)
    )
    return { newest, older }
  })
}

/** The checkpoint of a damaged object may be long retired: says also which one goes on from it. */
const neededBy = (id: CheckpointId, { checkpoint, object, problem }: SnapshotCorrupt) =>
  Effect.fail(
    new SnapshotCorrupt({
      object,
      checkpoint,
      problem: checkpoint === id ? problem : `${problem}; checkpoint ${id} continues it`
    })
  )

const readObject = Effect.fnUntraced(function* (
  reader: ObjectReader,
  { checkpoint, object, size }: { readonly object: string; readonly size: number; readonly checkpoint: CheckpointId }
): Effect.fn.Return<OpenObject, ReadFailure> {
  const path = reader.pathOf({ object })
  const corrupt = (problem: string) => Effect.fail(new SnapshotCorrupt({ object: path, checkpoint, problem }))
  const bytes = yield* Effect.catchIf(
    reader.readObject(object),
    // `invalid`: what we have written has a name that can be used.
    (failure) => failure.reason === "missing" || failure.reason === "corrupt" || failure.reason === "invalid",
    (failure) => corrupt(failure.reason === "missing" ? "it is missing" : failure.message)
  )
  if (bytes.length !== size) return yield* corrupt(`it has ${bytes.length} bytes instead of ${size}`)
  return yield* verifyObject({ object: path, name: object, checkpoint, bytes })
})

/** For a restore: what is read is kept. */
export class StateObjects {
  readonly #objects: ObjectCache<OpenObject>

  constructor(reader: ObjectReader) {
    this.#objects = new ObjectCache<OpenObject>(reader, (object) => object)
  }

  snapshot(checkpoint: CheckpointId, subtask: SubtaskObject): Effect.Effect<OpenSnapshot, ReadFailure> {
    return Effect.map(this.#objects.chain(checkpoint, subtask), ({ newest, older }) => new OpenSnapshot(newest, older))
  }
}

/** For a check of everything: what is read is forgotten but for what chains are checked by. */
export class VerifiedObjects {
  readonly #objects: ObjectCache<VerifiedObject>

  constructor(reader: ObjectReader) {
    this.#objects = new ObjectCache<VerifiedObject>(
      reader,
      ({ bases, checkpoint, identity, name, path, size, states }) => ({
        ...{ bases, checkpoint, identity, name, path, size },
        states: states.map(({ depth, record: { name, operator } }) => ({ depth, record: { name, operator } }))
      })
    )
  }

  /** Answers the names and sizes of all objects that a restore of the subtask reads. */
  verify(
    checkpoint: CheckpointId,
    subtask: SubtaskObject
  ): Effect.Effect<ReadonlyArray<{ readonly object: string; readonly size: number }>, ReadFailure> {
    return Effect.map(this.#objects.chain(checkpoint, subtask), ({ newest }) => [subtask, ...newest.bases])
  }
}
