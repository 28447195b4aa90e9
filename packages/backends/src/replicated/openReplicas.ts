/** Opens the stores of a job: enough of them, and such that nothing that was acknowledged can be missed. */
import { StorageFailure, StorageLocked } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type Answers, type Background, countOf } from "./Background.ts"
import { type Quorum, tooFew } from "./quorum.ts"
import type { Replica, Unreachable } from "./Replica.ts"
import { recordOf } from "./record.ts"

export interface OpenReplicas {
  readonly job: string
  readonly path: string
  readonly replicas: ReadonlyArray<Replica>
  readonly quorum: Quorum
  readonly background: Background
  readonly writer: string
}

const isSound = (_: unknown, replica: Replica): boolean => replica.isSound

/** Returns as soon as there are enough; the others go on trying. */
export const openReplicas = Effect.fnUntraced(function* (of: OpenReplicas): Effect.fn.Return<void, Unreachable> {
  const { background, quorum, replicas } = of
  const need = Math.max(quorum.write, quorum.read)
  const answers = yield* background.gather(
    replicas,
    (replica) => replica.connect,
    (all) => countOf(all, isSound) >= need
  )
  if (countOf(answers, isSound) >= need) return
  const locked = lockOf(answers)
  if (locked !== null) return yield* locked
  const isNew = answers.every(({ result }) => Result.isSuccess(result)) && replicas.every(isUntouched)
  if (isNew) yield* found(of)
  if (replicas.filter((replica) => replica.isSound).length >= need) return
  return yield* refusal(of, need)
})

/** Nothing in it was ever voted on: it is empty, or the founding of the job was cut off. */
const isUntouched = ({ acceptor }: Replica): boolean => acceptor.standing !== "damaged" && !acceptor.hasFacts

const lockOf = (answers: Answers<Replica, void, Unreachable>): StorageLocked | null => {
  for (const { result } of answers) {
    if (Result.isFailure(result) && result.failure instanceof StorageLocked) return result.failure
  }
  return null
}

/** P4: all stores of a new job learn that they belong to it; an empty one is from then on one that has lost something. */
const found = ({ background, replicas, writer }: OpenReplicas) =>
  background.gather(
    replicas,
    (replica) =>
      replica.write((acceptor) => ({
        record: acceptor.last === 0 ? recordOf({ kind: "found", ballot: [1, writer] }) : null,
        answer: null
      })),
    () => false
  )

const refusal = ({ path, replicas }: OpenReplicas, need: number): StorageFailure => {
  const isUnknown = replicas.every((replica) => !replica.isConnected || isUntouched(replica))
  const failure = tooFew({
    operation: "open",
    path,
    need: isUnknown ? replicas.length : need,
    stores: replicas,
    outcome: "none",
    problemOf: (replica) => replica.whyNot
  })
  if (!isUnknown || !(failure.cause instanceof Error)) return failure
  const why = "a job that none of the stores at hand knows is begun only when all answer: the others may hold it"
  const { operation, outcome, reason } = failure
  return new StorageFailure({ operation, path, reason, outcome, cause: new Error(`${failure.cause.message}; ${why}`) })
}
