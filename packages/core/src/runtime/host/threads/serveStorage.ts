/** Does in the coordinator's thread what a worker asks of the storage. */
import { Effect } from "effect"
import type { StorageFailure } from "../../../model/errors.ts"
import type { ObjectStorage } from "../../../storage/CheckpointStorage.ts"
import { tellStorageFailure } from "./failures.ts"
import type { StorageAnswer, StorageRequest } from "./messages.ts"

export const serveStorage = (storage: ObjectStorage, asked: StorageRequest): Effect.Effect<StorageAnswer> => {
  const answer = (bytes: Uint8Array | null, failure: StorageFailure | null): StorageAnswer => ({
    _tag: "StorageAnswer",
    request: asked.request,
    bytes,
    failure: failure === null ? null : tellStorageFailure(failure)
  })
  return Effect.match(operationOf(storage, asked), {
    onSuccess: (bytes) => answer(bytes, null),
    onFailure: (failure) => answer(null, failure)
  })
}

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
