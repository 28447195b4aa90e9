/** Memory of visited sets: large arrays outside of the JavaScript heap, whose end is told in time. */

/** Gets an array of zeros. Throws a RangeError where there is no memory for it. */
export type Allocate = (words: number) => Int32Array

/** What is left for everything else in the process and on the machine. */
const reserve = 64 * 1024 * 1024

/**
 * An operating system hands out memory that it does not have, and kills the process that uses it: so ask first. Throws a
 * RangeError.
 */
export const refuseUnavailable = (bytes: number): void => {
  if (bytes > reserve / 64 && bytes + reserve > process.availableMemory()) {
    throw new RangeError(`No memory for ${bytes} bytes.`)
  }
}

export const allocateAvailable: Allocate = (words) => {
  refuseUnavailable(words * Int32Array.BYTES_PER_ELEMENT)
  return new Int32Array(words)
}

/** A search needs more memory than there is. */
export class OutOfMemory extends Error {
  override readonly name = "OutOfMemory"
  readonly states: number
  readonly bytes: number

  constructor(of: Holder & { readonly wanted: number }) {
    super(
      `Out of memory: the ${of.holder} holds ${of.states} ${of.unit ?? "states"} in ${of.bytes} bytes, and there is ` +
        `no memory for another ${of.wanted} bytes. Remember less of each state (\`visited: "compact"\`, then \`"bitstate"\`), ` +
        "explore fewer states (`System.bounds`, smaller `faults` and `stimuli`, `statesMax`), or declare which names " +
        "may be exchanged for each other (`System.symmetric`)."
    )
    this.states = of.states
    this.bytes = of.bytes
  }
}

/** What a holder of states was, when it asked for more. */
export interface Holder {
  readonly holder: string
  readonly states: number
  /** What else it holds, and counts as `states`. */
  readonly unit?: string
  readonly bytes: number
}

/** Allocates; fails with {@link OutOfMemory}. */
export const allocateFor = (allocate: Allocate, words: number, of: Holder): Int32Array =>
  orOutOfMemory(words * Int32Array.BYTES_PER_ELEMENT, of, () => allocate(words))

/** Runs what may find no memory; fails with {@link OutOfMemory}. */
export const orOutOfMemory = <A>(wanted: number, of: Holder, run: () => A): A => {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new OutOfMemory({ ...of, wanted })
  }
}
