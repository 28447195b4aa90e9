/** The model checker: states per second and bytes per state on a space of known size, against SPIN; two workers. */
import { runTasks } from "@tidemark/checker"
import type { Benchmark } from "./harness/Benchmark.ts"
import { collectGarbage } from "./harness/garbage.ts"
import { type GoalFigure, type Row, spreadOf, type Table } from "./harness/Result.ts"
import type { Scale } from "./harness/scale.ts"
import { exactName, type SearchContestant, searchContestants, spinName } from "./jobs/checkerContestants.ts"
import { protocolSearches } from "./jobs/protocolSearches.ts"

const participantsOf = (scale: Scale): number => scale.pick({ full: 7, quick: 7, tiny: 3 })
/** Only the largest configurations of the protocol that are quick enough. */
const protocolsMax = 4

const run = async (scale: Scale) => {
  const { all, remove } = searchContestants(participantsOf(scale), scale.name !== "tiny")
  try {
    const rates = measure(all, scale)
    const protocol = protocolTables(scale)
    const workers = await workersTable(scale)
    return { tables: [...rates.tables, ...protocol, workers], goals: rates.goals }
  } finally {
    remove()
  }
}

interface Measured {
  readonly name: string
  readonly rates: ReadonlyArray<number>
  readonly bytesPerState: number | null
}

const measure = (contestants: ReadonlyArray<SearchContestant>, scale: Scale) => {
  const measured = searchInTurns(contestants, { rounds: scale.rounds(7), warmups: scale.warmups(2) })
  const ratesOf = (name: string) => measured.find((one) => one.name === name)?.rates ?? []
  const exact = ratesOf(exactName)
  const spin = ratesOf(spinName)
  const shareOf = (rates: ReadonlyArray<number>) =>
    spreadOf(rates.map((rate, round) => rate / (spin[round] ?? Number.NaN)))
  const rates: Table = {
    title: `Two-phase commit of ${participantsOf(scale)}, all states${spin.length === 0 ? "" : "; ratio to SPIN"}`,
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
  const rate: GoalFigure = { goal: "checkerRate", figure: spreadOf(exact).median / 1000 }
  const share: GoalFigure =
    spin.length === 0
      ? { goal: "checkerSpin", figure: null, note: "spin or gcc is not installed" }
      : { goal: "checkerSpin", figure: shareOf(exact).median }
  return { tables: [rates, bytes], goals: [rate, share] }
}

/** The protocol's own model, with all that is checked of it. */
const protocolTables = (scale: Scale): ReadonlyArray<Table> => {
  const sizes = scale.pick({ full: { min: 10_000, max: 500_000 }, quick: { min: 10_000, max: 50_000 }, tiny: null })
  if (sizes === null) return []
  const searches = protocolSearches(sizes)
  const measured = searchInTurns(searches.slice(-protocolsMax), { rounds: scale.rounds(3), warmups: scale.warmups(1) })
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
const workersTable = async (scale: Scale): Promise<Table> => {
  const [one, two]: readonly [Array<number>, Array<number>] = [[], []]
  for (let round = 0; round < scale.rounds(7); round++) {
    one.push(await secondsOf(1, participantsOf(scale)))
    two.push(await secondsOf(2, participantsOf(scale)))
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

const secondsOf = async (workers: number, participants: number): Promise<number> => {
  const began = performance.now()
  const module = new URL("./jobs/checkerTask.ts", import.meta.url)
  await runTasks<number, number>({ module, tasks: [participants, participants, participants, participants], workers })
  return (performance.now() - began) / 1000
}

export const checker: Benchmark = {
  name: "checker",
  title: "The model checker on two-phase commit",
  notMeasured: [
    "Liveness, symmetry, counterexamples; a cold start; spaces beyond the caches of the processor by much.",
    "SPIN's compilation, which takes seconds; its time is its own figure of the search alone, in wall time even with --cpu."
  ],
  run
}
