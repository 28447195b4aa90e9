/** Does in the coordinator's thread what a worker asks of the storage; answers what to send, and what of it to hand over. */
import { Effect } from "effect"
import type { StorageFailure } from "../../../model/errors.ts"
import type { ObjectStorage } from "../../../storage/CheckpointStorage.ts"
import { tellStorageFailure } from "./failures.ts"
import type { StorageAnswer, StorageRequest } from "./messages.ts"

export const serveStorage = (storage: ObjectStorage, asked: StorageRequest): Effect.Effect<Answer> => {
  const answer = (read: Uint8Array | null, failure: StorageFailure | null): Answer => {
    // Of a view the whole memory would be sent; and what a storage keeps is not ours to hand over.
    const bytes = read === null ? null : new Uint8Array(read)
    const told = failure === null ? null : tellStorageFailure(failure)
    const message = { _tag: "StorageAnswer", request: asked.request, bytes, failure: told } as const
    return [message, bytes === null ? [] : [bytes.buffer]]
  }
  return Effect.match(operationOf(storage, asked), {
    onSuccess: (bytes) => answer(bytes, null),
    onFailure: (failure) => answer(null, failure)
  })
}

type Answer = readonly [message: StorageAnswer, transfer: ReadonlyArray<ArrayBuffer>]

const operationOf = (
  storage: ObjectStorage,
  { bytes, object, operation }: StorageRequest
): Effect.Effect<Uint8Array | null, StorageFailure> => {
  switch (operation) {
    case "readObject":
      return storage.readObject(object)
    case "createObject":
      return Effect.as(storage.createObject(object, bytes ?? new Uint8Array()), null)
    case "deleteObject":
      return Effect.as(storage.deleteObject(object), null)
  }
}
