/** The decoder's thread: answers one message per request, in order. */
import { parentPort } from "node:worker_threads"
import { decodeUnit } from "./decodeUnit.ts"
import type { DecodedColumn, UnitRequest } from "./decoding.ts"

/** Buffers change hands instead of being copied. */
const buffersOf = ({ values, nulls }: DecodedColumn): ReadonlyArray<ArrayBuffer> =>
  nulls === null ? [values.buffer] : [values.buffer, nulls.buffer]

parentPort?.on("message", (request: UnitRequest) => {
  const answer = decodeUnit(request)
  const transfer = answer._tag === "Decoded" ? answer.columns.flatMap(buffersOf) : []
  parentPort?.postMessage(answer, transfer)
})
