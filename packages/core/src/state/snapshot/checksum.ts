import { Effect } from "effect"
import xxhash from "xxhash-wasm"

/** xxHash64 of some bytes. Cost: about 1 ms per 10 MB. */
export type Checksum = (bytes: Uint8Array) => bigint

/** Compiles the WebAssembly module once per process. */
export const loadChecksum: Effect.Effect<Checksum> = Effect.runSync(
  Effect.cached(
    Effect.promise(() =>
      xxhash().then(
        (api): Checksum =>
          (bytes) =>
            api.h64Raw(bytes)
      )
    )
  )
)

/** Sixteen hexadecimal digits. */
export const checksumText = (sum: bigint): string => sum.toString(16).padStart(16, "0")
