/**
 * Measures contestants side by side: A B C A B C ..., so that what disturbs the machine disturbs all of them alike.
 *
 * Ratios are taken within a round and their median is reported: a slow phase of the machine cancels out.
 */
import { collectGarbage } from "./garbage.ts"
import { type Row, spreadOf, type Table } from "./Result.ts"
import { Stopwatch } from "./Stopwatch.ts"

export interface Contestant {
  readonly name: string
  /** Records that one run processes; the stopwatch may be told another number. */
  readonly records: number
  /**
   * Does the whole job once and answers what proves that it did: the same for every contestant with the same records.
   * A run that measures only a part of itself starts and stops the watch.
   */
  readonly run: (watch: Stopwatch) => unknown
}

export interface AlternateOptions {
  readonly title: string
  readonly rounds: number
  readonly warmups: number
  /** Index of the contestant that the others are compared with; the first if left out. */
  readonly baseline?: number
}

export const alternate = async (contestants: ReadonlyArray<Contestant>, options: AlternateOptions): Promise<Table> => {
  const rates = contestants.map((): Array<number> => [])
  for (let round = -options.warmups; round < options.rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      // A single round is no measurement: it only shows that everything runs.
      if (options.rounds > 1) collectGarbage()
      const rate = await rateOf(contestant)
      if (round >= 0) rates[index]?.push(rate)
    }
  }
  const baseline = rates[options.baseline ?? 0] ?? []
  return {
    title: options.title,
    rows: contestants.map(({ name }, index): Row => {
      const own = rates[index] ?? []
      return {
        name,
        unit: "M records/s",
        value: spreadOf(own.map((rate) => rate / 1e6)),
        ratio: spreadOf(own.map((rate, round) => rate / (baseline[round] ?? Number.NaN)))
      }
    })
  }
}

/** Runs every contestant once; fails unless all that process as many records answer the same. */
export const demandEqual = async (contestants: ReadonlyArray<Contestant>): Promise<void> => {
  const answers = new Map<number, { readonly name: string; readonly text: string }>()
  for (const { name, records, run } of contestants) {
    const text = String(await run(new Stopwatch()))
    const first = answers.get(records)
    if (first === undefined) answers.set(records, { name, text })
    else if (first.text !== text) throw new Error(`${name} answers ${text}, but ${first.name} answers ${first.text}.`)
  }
}

/** Records per second. */
const rateOf = async ({ records, run }: Contestant): Promise<number> => {
  const watch = new Stopwatch()
  const answer = run(watch)
  if (answer instanceof Promise) await answer
  return ((watch.records ?? records) / watch.elapsedMs()) * 1000
}

export const ratioOf = (table: Table | undefined, name: string): number =>
  table?.rows.find((row) => row.name === name)?.ratio?.median ?? Number.NaN
