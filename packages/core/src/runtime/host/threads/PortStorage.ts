/** The job's objects from inside a worker thread: every operation is done by the coordinator's thread, which holds the lock. */
import { Deferred, Effect } from "effect"
import type { StorageFailure } from "../../../model/errors.ts"
import type { ObjectStorage } from "../../../storage/CheckpointStorage.ts"
import { toldStorageFailure } from "./failures.ts"
import type { StorageAnswer, StorageRequest } from "./messages.ts"

type Ask = Pick<StorageRequest, "operation" | "object" | "bytes">

export class PortStorage implements ObjectStorage {
  readonly #send: (request: StorageRequest, transfer: ReadonlyArray<ArrayBuffer>) => void
  readonly #objectPath: readonly [before: string, behind: string]
  readonly #open = new Map<number, Deferred.Deferred<Uint8Array | null, StorageFailure>>()
  #requests = 0

  constructor(options: {
    readonly send: (request: StorageRequest, transfer: ReadonlyArray<ArrayBuffer>) => void
    readonly objectPath: readonly [before: string, behind: string]
  }) {
    this.#send = options.send
    this.#objectPath = options.objectPath
  }

  answer({ bytes, failure, request }: StorageAnswer): void {
    const asked = this.#open.get(request)
    this.#open.delete(request)
    if (asked === undefined) return
    const outcome = failure === null ? Effect.succeed(bytes) : Effect.fail(toldStorageFailure(failure))
    Deferred.doneUnsafe(asked, outcome)
  }

  readonly readObject = (object: string): Effect.Effect<Uint8Array, StorageFailure> =>
    Effect.map(this.#ask({ operation: "readObject", object, bytes: null }), (bytes) => bytes ?? new Uint8Array())

  readonly createObject = (object: string, bytes: Uint8Array): Effect.Effect<void, StorageFailure> =>
    // A copy changes hands: the writer tries again with the same bytes after a passing failure.
    // Not by `slice`: that of a Buffer shares its memory.
    Effect.suspend(() => Effect.asVoid(this.#ask({ operation: "createObject", object, bytes: new Uint8Array(bytes) })))

  readonly deleteObject = (object: string): Effect.Effect<void, StorageFailure> =>
    Effect.asVoid(this.#ask({ operation: "deleteObject", object, bytes: null }))

  readonly pathOf: ObjectStorage["pathOf"] = (name) => {
    const [before, behind] = this.#objectPath
    return "object" in name ? `${before}${name.object}${behind}` : `log entry ${name.slot}`
  }

  #ask(ask: Ask): Effect.Effect<Uint8Array | null, StorageFailure> {
    return Effect.suspend(() => {
      const request = ++this.#requests
      const asked = Deferred.makeUnsafe<Uint8Array | null, StorageFailure>()
      this.#open.set(request, asked)
      this.#send({ _tag: "Storage", request, ...ask }, ask.bytes === null ? [] : [ask.bytes.buffer])
      return Deferred.await(asked)
    })
  }
}
