/**
 * zstd for sections. Small ones are done at once on the calling thread: handing them to the thread pool was measured to
 * take more of the calling thread's time than compressing them (0.15-0.35 ms against 0.06-0.13 ms).
 */
import { availableParallelism } from "node:os"
import {
  constants,
  type ZstdOptions,
  zstdCompress,
  zstdCompressSync,
  zstdDecompress,
  zstdDecompressSync
} from "node:zlib"
import { Effect } from "effect"

/**
 * So much is compressed at a time: two leave the thread pool to others, and where there are but two cores, one leaves the
 * other to the records, which would wait for their turn.
 */
export const compressedAtOnce = Math.max(1, Math.min(2, availableParallelism() - 1))

/** Sections below this size are stored as they are: setting zstd up costs more than the few bytes are worth. */
const uncompressedMax = 2 * 1024
/** Sections up to this size are compressed on the calling thread. */
const synchronousMax = 64 * 1024

/** All of the output in one piece, for every further one is another way to the thread pool and back. */
const options = (chunkSize: number): ZstdOptions => ({
  chunkSize: Math.max(64, chunkSize),
  params: { [constants.ZSTD_c_compressionLevel]: 1 }
})

/**
 * The compressed bytes, or the bytes themselves where compression does not help: then the lengths are equal. `expected` is
 * how many come out, more or less: so much memory is held.
 */
export const compress = (bytes: Uint8Array, expected = bytes.length): Effect.Effect<Uint8Array> => {
  if (bytes.length < uncompressedMax) return Effect.succeed(bytes)
  const ofThis = options(expected)
  const compressed =
    bytes.length <= synchronousMax
      ? Effect.sync((): Uint8Array => zstdCompressSync(bytes, ofThis))
      : Effect.callback<Uint8Array>((resume) => {
          zstdCompress(bytes, ofThis, (error, result) => resume(error ? Effect.die(error) : Effect.succeed(result)))
        })
  return Effect.map(compressed, (result) => (result.length < bytes.length ? result : bytes))
}

/** Inverse of {@link compress}. Dies: on bytes that were not compressed by it; checksums were verified before. */
export const decompress = (bytes: Uint8Array, size: number): Effect.Effect<Uint8Array> => {
  if (bytes.length === size) return Effect.succeed(bytes)
  const ofThis = { chunkSize: Math.max(64, size) }
  return size <= synchronousMax
    ? Effect.sync(() => zstdDecompressSync(bytes, ofThis))
    : Effect.callback<Uint8Array>((resume) => {
        zstdDecompress(bytes, ofThis, (error, result) => resume(error ? Effect.die(error) : Effect.succeed(result)))
      })
}
