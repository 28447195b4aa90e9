/**
 * Encryption at rest, over any storage: every object and every log entry by itself.
 *
 * Not secret: names of jobs, operators and objects, numbers, sizes and times. Nobody without the key can read what a
 * checkpoint holds, change it, or put one value in the place of another; who can write to the store can still delete
 * values, or put back a whole older store.
 *
 * E1 A value opens only with the key it names, at the place it was written for. Whatever keeps it from opening is a failure
 *    that names the value and the key id, and never counts as absence.
 * E2 A log entry is created once, as in the storage below: whoever is told `taken` compares what it reads, opened.
 */
import {
  type CheckpointStorage,
  type JobReader,
  type JobStorage,
  StorageFailure,
  type StoredObject
} from "@tidemark/core/storage"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import {
  isKeyId,
  keyBytes,
  type OpenProblem,
  type Place,
  type SealingKey,
  seal,
  sealingKey,
  sealOverhead,
  unseal
} from "./sealing.ts"

/** 32 random bytes, or the same in hexadecimal or Base64, for example of `openssl rand -hex 32`. */
export type EncryptionKey = Uint8Array | string

export interface EncryptionKeys {
  /** Id of the key for new values. */
  readonly current: string
  /** Keys by id: the current one and those of older values. Ids are stored with the values and are not secret. */
  readonly keys: Readonly<Record<string, EncryptionKey>>
}

/** The keys cannot be used: thrown by `Encrypted.over`. */
export class EncryptionKeysInvalid extends Data.TaggedError("EncryptionKeysInvalid")<{
  readonly problems: ReadonlyArray<string>
}> {
  override get message(): string {
    return (
      `Encrypted.over cannot use these keys: ${this.problems.join(" ")} ` +
      "A key is 32 random bytes, for example of `openssl rand -hex 32`."
    )
  }
}

const secretOf = (key: EncryptionKey): Uint8Array<ArrayBuffer> => {
  if (typeof key !== "string") return new Uint8Array(key)
  const isHex = /^[0-9a-fA-F]{64}$/.test(key)
  return new Uint8Array(Buffer.from(key, isHex ? "hex" : "base64"))
}

const isCanonical = (key: EncryptionKey): boolean =>
  typeof key !== "string" || /^([0-9a-fA-F]{64}|[A-Za-z0-9+/]{43}=?)$/.test(key)

const problemsOf = ({ current, keys }: EncryptionKeys): ReadonlyArray<string> => {
  const problems: Array<string> = []
  for (const [id, key] of Object.entries(keys)) {
    const name = JSON.stringify(id.slice(0, 40))
    if (!isKeyId(id)) problems.push(`The key id ${name} must have 1 to 32 characters of A-Z a-z 0-9 . _ -.`)
    if (!isCanonical(key) || secretOf(key).length !== keyBytes) {
      problems.push(
        `The key ${name} must have ${keyBytes} bytes, or be 64 hexadecimal digits, or Base64 of ${keyBytes} bytes.`
      )
    }
  }
  if (!Object.hasOwn(keys, current)) problems.push(`The current key ${JSON.stringify(current)} is not among them.`)
  return problems
}

interface Keys {
  readonly current: SealingKey
  readonly all: ReadonlyMap<string, SealingKey>
}

const makeKeys = (given: EncryptionKeys): Keys => {
  const problems = problemsOf(given)
  const all = new Map<string, SealingKey>()
  if (problems.length === 0)
    for (const [id, key] of Object.entries(given.keys)) all.set(id, sealingKey(id, secretOf(key)))
  const current = all.get(given.current)
  if (current === undefined) throw new EncryptionKeysInvalid({ problems })
  return { current, all }
}

const explain = (problem: OpenProblem, keys: Keys): readonly [StorageFailure["reason"], string] => {
  const known = [...keys.all.keys()].join(", ")
  switch (problem._tag) {
    case "NotSealed":
      return ["key", "it is not encrypted: it was written without Encrypted.over, or its first bytes are damaged"]
    case "Truncated":
      return ["corrupt", "it is too short for an encrypted value"]
    case "KeyUnknown":
      return ["key", `it was encrypted with key "${problem.id}"; the keys at hand are ${known}`]
    case "KeyWrong":
      return ["key", `it was encrypted with another key "${problem.id}" than the one at hand`]
    case "Tampered":
      return ["corrupt", `it was changed since it was encrypted with key "${problem.id}", or belongs to another place`]
  }
}

const readerOver = (reader: JobReader, job: string, keys: Keys): JobReader => {
  const opened = (operation: string, path: string, place: Place) => (bytes: Uint8Array) =>
    unseal(keys.all, place, bytes).pipe(
      Effect.mapError((problem) => {
        const [reason, detail] = explain(problem, keys)
        return new StorageFailure({ operation, path, reason, outcome: "none", cause: new Error(detail) })
      })
    )
  return {
    pathOf: reader.pathOf,
    listEntries: reader.listEntries,
    listObjects: Effect.map(reader.listObjects, (objects) =>
      objects.map(({ name, size }): StoredObject => ({ name, size: Math.max(0, size - sealOverhead) }))
    ),
    readObject: (name) =>
      Effect.flatMap(
        reader.readObject(name),
        opened("read object", reader.pathOf({ object: name }), [job, "object", name])
      ),
    readEntry: (slot) =>
      Effect.flatMap(reader.readEntry(slot), opened("read entry", reader.pathOf({ slot }), [job, "entry", slot]))
  }
}

const jobOver = (storage: JobStorage, job: string, keys: Keys): JobStorage => ({
  ...readerOver(storage, job, keys),
  createObject: (name, bytes) =>
    Effect.flatMap(seal(keys.current, [job, "object", name], bytes), (sealed) => storage.createObject(name, sealed)),
  deleteObject: storage.deleteObject,
  appendEntry: (slot, bytes) =>
    Effect.flatMap(seal(keys.current, [job, "entry", slot], bytes), (sealed) => storage.appendEntry(slot, sealed)),
  deleteEntry: storage.deleteEntry
})

export const Encrypted = {
  /**
   * Encrypts all that is stored, with AES-256-GCM.
   *
   * ```ts
   * Encrypted.over(FileStorage.at("checkpoints"), { keys: { current: "k2", keys: { k1: oldKey, k2: newKey } } })
   * ```
   * To change the key, add a new one and make it current; keep the old one until no checkpoint names it any more. Claims
   * stay in the log, so that is for as long as the job's log lives.
   *
   * Fails: throws {@link EncryptionKeysInvalid}; later with reason `key` for a value whose key is missing or another one,
   * with `corrupt` for one that was tampered with.
   */
  over: (storage: CheckpointStorage, options: { readonly keys: EncryptionKeys }): CheckpointStorage => {
    const keys = makeKeys(options.keys)
    return {
      location: `encrypted ${storage.location}`,
      jobs: storage.jobs,
      inspect: (job) => Effect.map(storage.inspect(job), (reader) => readerOver(reader, job, keys)),
      open: (job, holder) => Effect.map(storage.open(job, holder), (opened) => jobOver(opened, job, keys))
    }
  }
}
