/** The model checker: states per second and bytes per state on a space of known size, against SPIN; two workers. */
import { runTasks } from "@tidemark/checker"
import { collectGarbage } from "./harness/alternate.ts"
import { type BenchmarkResult, type Row, spreadOf, type Table, type Target } from "./harness/Result.ts"
import { numberText } from "./harness/render.ts"
import { exactName, type SearchContestant, searchContestants, spinName } from "./jobs/checkerContestants.ts"
import { protocolSearches } from "./jobs/protocolSearches.ts"

const participants = 7
const rounds = 7
const warmups = 2
/** Only the largest configurations of the protocol that are quick enough. */
const protocolsMax = 4
const rateMin = 250_000
const spinShareMin = 0.5

export const checkerBenchmark = async (): Promise<BenchmarkResult> => {
  const { all, remove } = searchContestants(participants)
  try {
    const rates = measure(all)
    const protocol = protocolTables()
    const workers = await workersTable()
    return { tables: [...rates.tables, ...protocol, workers], targets: rates.targets }
  } finally {
    remove()
  }
}

interface Measured {
  readonly name: string
  readonly rates: ReadonlyArray<number>
  readonly bytesPerState: number | null
}

const measure = (contestants: ReadonlyArray<SearchContestant>) => {
  const measured = searchInTurns(contestants, { rounds, warmups })
  const ratesOf = (name: string) => measured.find((one) => one.name === name)?.rates ?? []
  const exact = ratesOf(exactName)
  const spin = ratesOf(spinName)
  const shareOf = (rates: ReadonlyArray<number>) =>
    spreadOf(rates.map((rate, round) => rate / (spin[round] ?? Number.NaN)))
  const rates: Table = {
    title: `Two-phase commit of ${participants}, all states${spin.length === 0 ? "" : "; ratio to SPIN"}`,
    rows: measured.map(({ name, rates }): Row => {
      const row = { name, unit: "k states/s", value: spreadOf(rates.map((rate) => rate / 1000)) }
      return spin.length === 0 ? row : { ...row, ratio: shareOf(rates) }
    })
  }
  const bytes: Table = {
    title: "What is remembered of a state",
    rows: measured.flatMap(({ name, bytesPerState }) =>
      bytesPerState === null ? [] : [{ name, unit: "bytes", value: spreadOf([bytesPerState]) }]
    )
  }
  const { median } = spreadOf(exact)
  const share = shareOf(exact).median
  const rateTarget: Target = {
    text: `exact search visits >= ${rateMin / 1000} k states/s`,
    figure: `${numberText(median / 1000)} k`,
    isMet: median >= rateMin
  }
  const spinTarget: Target = {
    text: `exact search has >= ${spinShareMin} of SPIN's rate`,
    figure: numberText(share),
    isMet: share >= spinShareMin
  }
  const targets = spin.length === 0 ? [rateTarget] : [rateTarget, spinTarget]
  return { tables: [rates, bytes], targets }
}

/** The protocol's own model, with all that is checked of it. */
const protocolTables = (): ReadonlyArray<Table> => {
  const searches = protocolSearches({ min: 10_000, max: 500_000 })
  const measured = searchInTurns(searches.slice(-protocolsMax), { rounds: 3, warmups: 1 })
  const rows = measured.flatMap(
    ({ name, rates, bytesPerState }): ReadonlyArray<Row> => [
      { name, unit: "k states/s", value: spreadOf(rates.map((rate) => rate / 1000)) },
      { name: "  remembered of a state", unit: "bytes", value: spreadOf([bytesPerState ?? Number.NaN]) }
    ]
  )
  return [{ title: "The checkpoint protocol, all properties", rows }]
}

const searchInTurns = (
  contestants: ReadonlyArray<SearchContestant>,
  { rounds, warmups }: { readonly rounds: number; readonly warmups: number }
): ReadonlyArray<Measured> => {
  const rates = contestants.map((): Array<number> => [])
  const bytes = contestants.map((): number | null => null)
  for (let round = -warmups; round < rounds; round++) {
    for (const [index, { search }] of contestants.entries()) {
      collectGarbage()
      const { bytesPerState, seconds, states } = search()
      bytes[index] = bytesPerState
      if (round >= 0) rates[index]?.push(states / seconds)
    }
  }
  return contestants.map(({ name }, index) => ({
    name,
    rates: rates[index] ?? [],
    bytesPerState: bytes[index] ?? null
  }))
}

/** Four searches by one worker and by two, the start of the workers included. */
const workersTable = async (): Promise<Table> => {
  const [one, two]: readonly [Array<number>, Array<number>] = [[], []]
  for (let round = 0; round < rounds; round++) {
    one.push(await secondsOf(1))
    two.push(await secondsOf(2))
  }
  const row = (name: string, seconds: ReadonlyArray<number>): Row => ({
    name,
    unit: "s",
    value: spreadOf(seconds),
    ratio: spreadOf(seconds.map((taken, round) => (one[round] ?? Number.NaN) / taken))
  })
  return {
    title: "Four independent searches of it; ratio: speed-up",
    rows: [row("one worker", one), row("two workers", two)]
  }
}

const secondsOf = async (workers: number): Promise<number> => {
  const began = performance.now()
  const module = new URL("./jobs/checkerTask.ts", import.meta.url)
  await runTasks<number, number>({ module, tasks: [participants, participants, participants, participants], workers })
  return (performance.now() - began) / 1000
}
