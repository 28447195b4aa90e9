/** The namespaces of an off-heap state: four columns of numbers (see numberColumn.ts) with the fields of FixedSpace. */
import type { FixedSpace } from "../fixed/RowBlock.ts"
import { ByteReader, ByteWriter } from "./bytes.ts"
import { readNumbers, writeNumbers } from "./numberColumn.ts"

const fields: ReadonlyArray<(space: FixedSpace) => number> = [
  (space) => space.namespace,
  (space) => space.serial,
  (space) => space.rowsEnd,
  (space) => space.entries
]

/** Packs them in steps; answers the bytes. Cost: O(namespaces) for a step. */
export function* packSpaces(spaces: ReadonlyArray<FixedSpace>): Generator<undefined, Uint8Array> {
  const out = new ByteWriter()
  const values = new Float64Array(spaces.length)
  for (const field of fields) {
    for (const [i, space] of spaces.entries()) values[i] = field(space)
    writeNumbers(out, values, spaces.length)
    yield
  }
  return out.written()
}

export const unpackSpaces = (bytes: Uint8Array, count: number): ReadonlyArray<FixedSpace> => {
  const input = new ByteReader(bytes)
  const [namespaces, serials, rowsEnds, entries] = fields.map(() => readNumbers(input, count))
  return Array.from({ length: count }, (_, i) => ({
    namespace: namespaces?.[i] ?? 0,
    serial: serials?.[i] ?? 0,
    rowsEnd: rowsEnds?.[i] ?? 0,
    entries: entries?.[i] ?? 0
  }))
}
