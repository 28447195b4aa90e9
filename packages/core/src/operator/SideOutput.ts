/** A second way out of an operator, beside its results: late records, refused records, alarms. */
import type { Schema } from "effect"

export interface SideOutput<A> {
  readonly _tag: "SideOutput"
  /** Unique among the names of the pipeline: the task that goes on with these records carries it. */
  readonly name: string
  readonly schema: Schema.Codec<A, unknown>
}

/** Says that nobody wants the records of a side output. */
export interface IgnoredSide {
  readonly _tag: "IgnoredSide"
}

const ignore: IgnoredSide = { _tag: "IgnoredSide" }

export const SideOutput = {
  /**
   * Names a side output and says what its records are. An operator declares it in its options; behind the end of the
   * pipeline `side` goes on with the records. Fails: at build, where it is declared and nobody goes on with it.
   */
  make: <A>(name: string, schema: Schema.Codec<A, unknown>): SideOutput<A> => ({ _tag: "SideOutput", name, schema }),

  /** As what follows a side output: its records are dropped. */
  ignore
} as const

/** A side output of records whose type the builder has checked. */
export type AnySideOutput = SideOutput<unknown>

/** Accepts every side output whose schema takes the records; else names what does not fit. */
export type FitsSide<A, B> = [A] extends [B]
  ? unknown
  : { readonly "the records do not fit the schema of the side output": { readonly records: A; readonly side: B } }
