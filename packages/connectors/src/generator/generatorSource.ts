/**
 * A source that makes its records up: by seed and index, so that a resumed job reads what it would have read.
 *
 * G1 The record at an index depends on seed and index only, never on time, splits or what was made before.
 */
import { type Polled, type Source, SourceFailure, type SourceReader, type Split } from "@tidemark/core/connector"
import { Clock, Effect, FiberSet, Result, Schema, type Scope } from "effect"
import { demandWhole } from "../internal/whole.ts"
import { seededAt } from "./seededAt.ts"
import { TokenBucket } from "./TokenBucket.ts"

export interface GeneratorSourceOptions<A> {
  readonly schema: Schema.Codec<A, unknown>
  /** A whole number; the same seed makes the same records. */
  readonly seed: number
  /** Makes the record at an index; `random` answers numbers in [0, 1) that depend on seed and index only. */
  readonly make: (random: () => number, index: number) => A
  /** How many records there are; without it they never end. */
  readonly records?: number
  /** Records per second over all splits; as fast as they are taken if absent. After a pause at most one second is made up for. */
  readonly ratePerSecond?: number
  /** What can be read in parallel; one by default. Record `i` belongs to split `i` modulo this. */
  readonly splits?: number
  /** The records of a split are in the order of their event times, and a split is at most as old as the next. */
  readonly isTimeOrdered?: boolean
}

const Spec = Schema.Struct({
  split: Schema.Int,
  splits: Schema.Int,
  seed: Schema.Int,
  records: Schema.NullOr(Schema.Int)
})
const Position = Schema.Struct({ made: Schema.Int })
const decodeSpec = Schema.decodeUnknownSync(Spec)
const decodePosition = Schema.decodeUnknownSync(Position)

/**
 * Makes records: seeded, repeatable, bounded or not, at a rate or not.
 * Fails: `changed` for other options than those of the first run; `malformed` when `make` throws.
 */
export const generatorSource = <A>(options: GeneratorSourceOptions<A>): Source<A> => {
  const { ratePerSecond, records = null, schema, seed, splits: splitCount = 1 } = options
  demandWhole("Generator.source: seed", { value: seed, least: Number.MIN_SAFE_INTEGER })
  demandWhole("Generator.source: records", { value: options.records, least: 0 })
  demandWhole("Generator.source: splits", { value: splitCount, least: 1 })
  if (ratePerSecond !== undefined && !(ratePerSecond > 0 && Number.isFinite(ratePerSecond))) {
    throw new RangeError(`Generator.source: ratePerSecond must be a positive number, got ${ratePerSecond}.`)
  }
  const rate = ratePerSecond === undefined ? "" : `, ${ratePerSecond} a second`
  return {
    description: `generator of ${records === null ? "endless" : records} records (seed ${seed}${rate})`,
    schema,
    isBounded: records !== null,
    isTimeOrdered: options.isTimeOrdered ?? false,
    discover: Effect.succeed(
      Array.from(
        { length: splitCount },
        (_, split): Split => ({ id: `generated-${split}`, spec: { split, splits: splitCount, seed, records } })
      )
    ),
    validate: Effect.fnUntraced(function* (splits) {
      for (const { spec } of splits) {
        const before = decodeSpec(spec)
        if (before.seed !== seed) yield* changed("seed", before.seed, seed)
        if (before.records !== records) yield* changed("records", before.records, records)
        if (before.splits !== splitCount) yield* changed("splits", before.splits, splitCount)
      }
    }),
    open: ({ wake }) => openGenerator(options, wake)
  }
}

const changed = (option: string, before: number | null, now: number | null): Effect.Effect<never, SourceFailure> =>
  Effect.fail(
    new SourceFailure({
      path: "generator",
      reason: "changed",
      detail: `its ${option} was ${before ?? "endless"} when the job began and is ${now ?? "endless"} now. Give it the same, or start over.`,
      retry: "never"
    })
  )

interface Making {
  readonly id: string
  readonly split: number
  readonly splits: number
  /** Records of the split; infinite without an end. */
  readonly count: number
  readonly bucket: TokenBucket | null
  made: number
}

const openGenerator = <A>(
  { make, ratePerSecond, seed }: GeneratorSourceOptions<A>,
  wake: () => void
): Effect.Effect<SourceReader<A>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const runFork = yield* FiberSet.makeRuntime<never, void, never>()
    let unfinished: ReadonlyArray<Making> = []
    let turn = 0
    let isAsleep = false
    const sleepUntilTokens = (now: number): void => {
      if (isAsleep) return
      isAsleep = true
      const wait = Math.min(...unfinished.map(({ bucket }) => bucket?.waitMs(now) ?? 0))
      const woken = Effect.sync(() => {
        isAsleep = false
        wake()
      })
      runFork(Effect.andThen(Effect.sleep(wait), woken))
    }
    const take = (making: Making, count: number): Polled<A> => {
      const { bucket, id, split, splits } = making
      const values: Array<A> = []
      for (let i = 0; i < count; i++) {
        const index = split + making.made * splits
        const record = Result.try(() => make(seededAt(seed, index), index))
        if (Result.isFailure(record)) {
          if (values.length > 0) break // What precedes it is answered first.
          return { _tag: "Failed", failure: threw(index, record.failure) }
        }
        values.push(record.success)
        making.made++
      }
      bucket?.take(values.length)
      return { _tag: "Records", split: id, values, position: { made: making.made }, skipped: 0 }
    }
    return {
      assign: (split, position) => {
        const spec = decodeSpec(split.spec)
        unfinished = [
          ...unfinished,
          {
            ...{ id: split.id, split: spec.split, splits: spec.splits },
            count: spec.records === null ? Number.POSITIVE_INFINITY : countOf(spec.records, spec),
            bucket:
              ratePerSecond === undefined
                ? null
                : new TokenBucket(ratePerSecond / spec.splits, clock.currentTimeMillisUnsafe()),
            made: position === null ? 0 : decodePosition(position).made
          }
        ]
      },
      // Splits take turns: endless ones would let no other come.
      poll: (recordsMax) => {
        if (unfinished.length === 0) return { _tag: "Exhausted" }
        const now = clock.currentTimeMillisUnsafe()
        for (let i = 0; i < unfinished.length; i++) {
          const making = unfinished[turn++ % unfinished.length]
          if (making === undefined) continue
          const left = making.count - making.made
          if (left <= 0) {
            unfinished = unfinished.filter((other) => other !== making)
            return { _tag: "SplitFinished", split: making.id }
          }
          const count = Math.min(recordsMax, left, making.bucket?.tokens(now) ?? recordsMax)
          if (count > 0) return take(making, count)
        }
        sleepUntilTokens(now)
        return { _tag: "Pending" }
      }
    }
  })

const countOf = (records: number, { split, splits }: { readonly split: number; readonly splits: number }): number =>
  Math.max(0, Math.ceil((records - split) / splits))

const threw = (index: number, cause: unknown): SourceFailure =>
  new SourceFailure({
    path: "generator",
    reason: "malformed",
    detail: `make threw for record ${index}: ${cause instanceof Error ? cause.message : String(cause)}. Correct the function.`,
    retry: "never",
    cause
  })
