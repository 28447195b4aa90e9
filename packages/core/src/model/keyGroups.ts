/**
 * Key groups: the unit in which keyed state is stored and redistributed.
 *
 * K1 The hash of a key is frozen for ever (golden tests): snapshots depend on it.
 * K2 The ranges of all subtasks partition [0, keyGroupCount).
 */

/** Number of key groups of a pipeline; recorded in every manifest, frozen with the state. */
export const keyGroupCount = 128

/** What a record may be keyed by. Tuples of these are keyed by their JSON text. */
export type KeyValue = string | number | boolean | bigint

/** FNV-1a over UTF-16 code units, then a murmur3 finaliser; a signed 32-bit integer. HOT. */
export const hashString = (text: string): number => {
  let hash = 0x811c9dc5 | 0
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return finalise(hash)
}

/** Safe integers hash by their low and high 32 bits, in two's complement; the high ones mixed first. HOT. */
export const hashInteger = (value: number): number =>
  finalise((value | 0) ^ finalise(((value - (value >>> 0)) / 4294967296) | 0))

const finalise = (hash: number): number => {
  let h = hash
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** Hash of any key value. A bigint hashes as its text; keys of different kinds may share a hash, never an entry. */
export const hashKey = (key: KeyValue): number => {
  switch (typeof key) {
    case "string":
      return hashString(key)
    case "number":
      return hashInteger(key)
    case "boolean":
      return hashInteger(key ? 1 : 0)
    default:
      return hashString(key.toString())
  }
}

/** Key group of a hash: its top 7 bits. */
export const keyGroupOf = (hash: number): number => hash >>> 25

/** Subtask that owns a key group. */
export const ownerOf = (group: number, parallelism: number): number => Math.floor((group * parallelism) / keyGroupCount)

/** Subtask that reads a split of a growing source: by its id alone, so that nobody has to know what others have found. */
export const splitOwner = (split: string, parallelism: number): number =>
  ownerOf(keyGroupOf(hashString(split)), parallelism)

/** Key groups `[from, to)` of one subtask. */
export const keyGroupRange = (index: number, parallelism: number): { readonly from: number; readonly to: number } => ({
  from: Math.ceil((index * keyGroupCount) / parallelism),
  to: Math.ceil(((index + 1) * keyGroupCount) / parallelism)
})
