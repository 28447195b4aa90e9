/**
 * How a value is encrypted: AES-256-GCM with a random nonce, bound to where it belongs.
 *
 * ```
 * "TME1"  length of the key id  key id, padded to 32  check of the key (8)  nonce (12)  ciphertext  tag (16)
 * ```
 * All before the nonce is authenticated, and with it the job and the name or slot: a value that is copied to another
 * place does not open there. The check tells a wrong key from a value that was tampered with.
 */
import { createHmac, type webcrypto } from "node:crypto"
import * as Effect from "effect/Effect"

/** A key as it is used. */
export interface SealingKey {
  readonly id: string
  readonly check: Uint8Array
  readonly crypto: Effect.Effect<webcrypto.CryptoKey>
}

export const keyBytes = 32
const idMax = 32
const mark = Buffer.from("TME1")
const checkLength = 8
const nonceLength = 12
const tagLength = 16
const headerLength = mark.length + 1 + idMax + checkLength

/** How many bytes more a value takes. */
export const sealOverhead = headerLength + nonceLength + tagLength

export const isKeyId = (id: string): boolean => /^[A-Za-z0-9._-]{1,32}$/.test(id)

export const sealingKey = (id: string, secret: Uint8Array<ArrayBuffer>): SealingKey => {
  const imported = crypto.subtle.importKey("raw", secret, "AES-GCM", false, ["encrypt", "decrypt"])
  const check = createHmac("sha256", secret).update("tidemark key check").digest().subarray(0, checkLength)
  return { id, check, crypto: Effect.promise(() => imported) }
}

/** Where a value belongs. */
export type Place = readonly [job: string, kind: "object" | "entry", name: string | number]

const headerOf = ({ check, id }: SealingKey): Buffer<ArrayBuffer> => {
  const header = Buffer.alloc(headerLength)
  header.set(mark, 0)
  header[mark.length] = id.length
  header.write(id, mark.length + 1, "latin1")
  header.set(check, headerLength - checkLength)
  return header
}

const parameters = (nonce: Uint8Array<ArrayBuffer>, header: Uint8Array, place: Place) => ({
  name: "AES-GCM",
  iv: nonce,
  tagLength: tagLength * 8,
  additionalData: Buffer.concat([header, Buffer.from(JSON.stringify(place))])
})

export const seal = (key: SealingKey, place: Place, bytes: Uint8Array): Effect.Effect<Uint8Array> =>
  Effect.flatMap(key.crypto, (cryptoKey) => {
    const header = headerOf(key)
    const nonce = crypto.getRandomValues(new Uint8Array(nonceLength))
    const encrypt = () => crypto.subtle.encrypt(parameters(nonce, header, place), cryptoKey, new Uint8Array(bytes))
    return Effect.map(Effect.promise(encrypt), (sealed) => Buffer.concat([header, nonce, new Uint8Array(sealed)]))
  })

/** Why a value does not open. */
export type OpenProblem =
  | { readonly _tag: "NotSealed" }
  | { readonly _tag: "Truncated" }
  | { readonly _tag: "KeyUnknown"; readonly id: string }
  | { readonly _tag: "KeyWrong"; readonly id: string }
  | { readonly _tag: "Tampered"; readonly id: string }

/** Fails with what is wrong with the value, or with the keys. */
export const unseal = (
  keys: ReadonlyMap<string, SealingKey>,
  place: Place,
  bytes: Uint8Array
): Effect.Effect<Uint8Array, OpenProblem> => {
  const sealed = Buffer.from(bytes)
  const header = sealed.subarray(0, headerLength)
  if (!mark.subarray(0, sealed.length).equals(sealed.subarray(0, mark.length)))
    return Effect.fail({ _tag: "NotSealed" })
  if (sealed.length < sealOverhead) return Effect.fail({ _tag: "Truncated" })
  const id = header.toString("latin1", mark.length + 1, mark.length + 1 + (header[mark.length] ?? 0))
  const key = keys.get(id)
  if (key === undefined) return Effect.fail({ _tag: "KeyUnknown", id: isKeyId(id) ? id : "?" })
  if (!header.subarray(headerLength - checkLength).equals(key.check)) return Effect.fail({ _tag: "KeyWrong", id })
  const nonce = sealed.subarray(headerLength, headerLength + nonceLength)
  const ciphertext = sealed.subarray(headerLength + nonceLength)
  return Effect.flatMap(key.crypto, (cryptoKey) =>
    Effect.tryPromise({
      try: () => crypto.subtle.decrypt(parameters(nonce, header, place), cryptoKey, ciphertext),
      catch: (): OpenProblem => ({ _tag: "Tampered", id })
    })
  ).pipe(Effect.map((opened) => new Uint8Array(opened)))
}
