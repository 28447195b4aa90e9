/**
 * State objects: their names, and how they are written.
 *
 * K1 An object name is used by one capture only; finding it taken after an unknown outcome means that it is written.
 */
import { Effect, Schedule } from "effect"
import type { StorageFailure } from "../model/errors.ts"
import type { CheckpointId } from "../model/ids.ts"
import type { StateHandle } from "../protocol/checkpointMachine.ts"
import type { EncodedSnapshot } from "../state/SubtaskState.ts"
import { freeMemory } from "../state/snapshot/bytes.ts"
import type { ObjectStorage } from "../storage/CheckpointStorage.ts"
import { shortObjectName } from "../storage/objectName.ts"
import { withinTimeLimit } from "../storage/timeLimit.ts"

const padded = (value: number, width: number): string => String(value).padStart(width, "0")

/** Names of objects have at most 255 characters. */
const taskCharsMax = 160

/** Unique by term, checkpoint, task and subtask (rule 3). */
export const stateObjectName = (of: {
  readonly term: number
  readonly checkpoint: CheckpointId
  readonly task: string
  readonly index: number
}): string =>
  `t${padded(of.term, 6)}-c${padded(of.checkpoint, 10)}-${shortObjectName(of.task, taskCharsMax)}-${padded(of.index, 3)}.state`

/** The term that an object name carries, or null for a foreign name. */
export const termOfObject = (name: string): number | null => {
  const match = /^t(\d+)-c\d+-.*\.state$/.exec(name)
  return match?.[1] === undefined ? null : Number(match[1])
}

const isWorthRetrying = ({ reason }: StorageFailure): boolean =>
  reason === "io" || reason === "timeout" || reason === "quorum"

const retries = Schedule.exponential("100 millis").pipe(Schedule.jittered)

/** Writes an object, trying again after passing failures. The memory of its bytes is given back as soon as it may be (B6). */
export const writeObject = (
  storage: ObjectStorage,
  object: string,
  { bytes, shared }: EncodedSnapshot
): Effect.Effect<StateHandle, StorageFailure> =>
  Effect.suspend(() => {
    let isUnknown = false
    const { length: size } = bytes
    const create = storage.createObject(object, bytes)
    return withinTimeLimit("create object", storage.pathOf({ object }), create).pipe(
      Effect.catchIf(
        (failure) => failure.reason === "exists" && isUnknown, // K1
        () => Effect.void
      ),
      Effect.tapError((failure) =>
        Effect.sync(() => {
          isUnknown ||= failure.outcome === "unknown"
        })
      ),
      Effect.retry({ schedule: retries, times: 4, while: isWorthRetrying }),
      // An attempt that ran out of time may still be reading them.
      Effect.tap(() => Effect.sync(() => isUnknown || freeMemory(bytes))),
      Effect.as({ object, size, shared })
    )
  })

/** Removes objects that no checkpoint refers to; what cannot be removed is left for the clean-up of the next start. */
export const releaseObjects = (storage: ObjectStorage, objects: ReadonlyArray<string>): Effect.Effect<void> =>
  Effect.forEach(objects, (object) => storage.deleteObject(object), { discard: true }).pipe(
    Effect.catch((failure) => Effect.logWarning(`Left behind: ${failure.message}`))
  )
