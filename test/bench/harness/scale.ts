/**
 * How much a benchmark does: `full` for figures, `quick` to see whether a change does what it should, `tiny` for the test
 * that every benchmark still runs and answers right.
 */
export type ScaleName = "full" | "quick" | "tiny"

export interface Scale {
  readonly name: ScaleName
  readonly pick: <A>(sizes: { readonly [N in ScaleName]: A }) => A
  /** Rounds that count. */
  readonly rounds: (full: number) => number
  /** Rounds before that do not. */
  readonly warmups: (full: number) => number
}

const make = (name: ScaleName, roundsMax: number, warmupsMax: number): Scale => ({
  name,
  pick: (sizes) => sizes[name],
  rounds: (full) => Math.min(full, roundsMax),
  warmups: (full) => Math.min(full, warmupsMax)
})

export const scales: { readonly [N in ScaleName]: Scale } = {
  full: make("full", Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
  quick: make("quick", 3, 1),
  tiny: make("tiny", 1, 0)
}
