/** Options of a search that mean something. */
import { ModelError } from "../engine/errors.ts"
import type { CheckOptions } from "./Report.ts"

/** Fails: `ModelError` for a value that there is not: a search would take it for something else in silence. */
export const checkOptions = ({ bits, recheckEvery, statesMax, strategy, visited }: CheckOptions): void => {
  oneOf("strategy", strategy, ["breadth-first", "depth-first"])
  oneOf("visited", visited, ["exact", "compact", "bitstate"])
  if (statesMax !== Number.POSITIVE_INFINITY) wholeNumber("statesMax", statesMax)
  wholeNumber("recheckEvery", recheckEvery)
  if (bits !== undefined && visited !== "bitstate") {
    throw new ModelError('Option "bits" is the size of a bitstate visited set: it needs visited: "bitstate".')
  }
  if (bits !== undefined && !(Number.isInteger(Math.log2(bits)) && bits >= 2 ** 10 && bits <= 2 ** 36)) {
    throw new ModelError(`Option "bits" is ${String(bits)}; it is a power of two from 2^10 to 2^36.`)
  }
}

const oneOf = (name: string, given: string | undefined, known: ReadonlyArray<string>): void => {
  if (given === undefined || known.includes(given)) return
  throw new ModelError(`Option "${name}" is ${JSON.stringify(given)}; it is one of ${known.join(", ")}.`)
}

const wholeNumber = (name: string, given: number | undefined): void => {
  if (given === undefined || (Number.isInteger(given) && given >= 0)) return
  throw new ModelError(`Option "${name}" is ${String(given)}; it is a whole number, 0 or more.`)
}
