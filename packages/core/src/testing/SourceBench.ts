/** Drives a source as the runtime does: asks, and waits for `wake` where nothing can be had. */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type { Polled, Source, Split } from "../connector/Source.ts"
import type { SourceFailure } from "../model/errors.ts"
import type { Json } from "../model/Json.ts"
import { expect } from "./expectations.ts"
import { ScenarioFailed } from "./ScenarioFailed.ts"

export interface SourceSubject<A> {
  /** The source as a process that starts now would make it, over the same input. It must be bounded. */
  readonly source: () => Source<A>
  /** A text that tells records apart; JSON by default. */
  readonly show?: (record: A) => string
}

/** A batch as a snapshot knows it. */
export interface ReadBatch {
  readonly split: string
  readonly records: ReadonlyArray<string>
  /** Through JSON, as a snapshot holds it. */
  readonly position: Json
}

export interface Read {
  readonly batches: ReadonlyArray<ReadBatch>
  readonly finished: ReadonlyArray<string>
}

export interface ReadOptions {
  readonly splits: ReadonlyArray<Split>
  readonly positions?: ReadonlyMap<string, Json>
  readonly recordsMax: number
  /** Leaves off after so many batches. */
  readonly batchesMax?: number
}

/** How long a reader that has nothing may stay silent. */
const silenceMax = "10 seconds"

const throughJson = (value: Json): Json => JSON.parse(JSON.stringify(value))

/** The frozen list of splits, as a snapshot gives it back. */
export const discovered = <A>({ source }: SourceSubject<A>): Effect.Effect<ReadonlyArray<Split>, SourceFailure> =>
  Effect.map(source().discover, (splits) => splits.map(({ id, spec }) => ({ id, spec: throughJson(spec) })))

export const read = <A>(
  subject: SourceSubject<A>,
  options: ReadOptions
): Effect.Effect<Read, SourceFailure | ScenarioFailed> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { batchesMax = Number.POSITIVE_INFINITY, positions, recordsMax, splits } = options
      const show = subject.show ?? ((record: A) => JSON.stringify(record))
      const woken = Latch.makeUnsafe(false)
      const wake = (): void => {
        woken.openUnsafe()
      }
      const reader = yield* subject.source().open({ operator: "source", subtask: 0, wake, owns: () => true })
      for (const split of splits) reader.assign(split, positions?.get(split.id) ?? null)
      const batches: Array<ReadBatch> = []
      const finished: Array<string> = []
      while (batches.length < batchesMax) {
        woken.closeUnsafe()
        const polled = reader.poll(recordsMax)
        if (polled._tag === "Exhausted") {
          yield* expect(reader.poll(recordsMax)._tag === "Exhausted", "a reader that was exhausted has something again")
          break
        }
        if (polled._tag === "Failed") return yield* polled.failure
        if (polled._tag === "Pending") yield* awaken(woken)
        else if (polled._tag === "SplitFinished") finished.push(polled.split)
        else if (polled._tag === "Records") {
          yield* demandBatch(polled, { splits, finished, recordsMax })
          const { position, split, values } = polled
          batches.push({ split, position: throughJson(position), records: values.map(show) })
        } else return yield* new ScenarioFailed({ problem: "a source that is no growing one has found splits" })
      }
      return { batches, finished }
    })
  )

const awaken = (woken: Latch.Latch): Effect.Effect<void, ScenarioFailed> =>
  Effect.timeoutOrElse(woken.await, {
    duration: silenceMax,
    orElse: () =>
      Effect.fail(new ScenarioFailed({ problem: `a reader answered Pending and did not wake for ${silenceMax}` }))
  })

const demandBatch = Effect.fnUntraced(function* <A>(
  { skipped, split, values }: Extract<Polled<A>, { readonly _tag: "Records" }>,
  asked: {
    readonly splits: ReadonlyArray<Split>
    readonly finished: ReadonlyArray<string>
    readonly recordsMax: number
  }
) {
  yield* expect(
    asked.splits.some(({ id }) => id === split),
    `records of a split "${split}" that was not assigned`
  )
  yield* expect(!asked.finished.includes(split), `records of split "${split}" after it was finished`)
  yield* expect(values.length <= asked.recordsMax, `${values.length} records where ${asked.recordsMax} were asked for`)
  yield* expect(values.length + skipped > 0, "a batch without a record, and none was skipped; answer Pending instead")
})

/** The records of every split, in order. */
export const recordsBySplit = ({ batches }: Read): ReadonlyMap<string, ReadonlyArray<string>> => {
  const records = new Map<string, ReadonlyArray<string>>()
  for (const batch of batches) records.set(batch.split, [...(records.get(batch.split) ?? []), ...batch.records])
  return records
}
