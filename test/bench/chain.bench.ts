/** Chains of 3, 6 and 12 stateless operators against the loop that one would write by hand, and against other libraries. */
import { Effect } from "effect"
import { batchSize } from "../../packages/core/src/runtime/Outputs.ts"
import { alternate, type Contestant, demandEqual, ratioOf } from "./harness/alternate.ts"
import type { Benchmark } from "./harness/Benchmark.ts"
import type { GoalName } from "./harness/goals.ts"
import { polluteRuntime } from "./harness/pollute.ts"
import type { GoalFigure, Table } from "./harness/Result.ts"
import type { Scale } from "./harness/scale.ts"
import { type Chain, type Kept, lengthOf } from "./jobs/chains/Chain.ts"
import { compileSteps } from "./jobs/chains/compileSteps.ts"
import { intChains } from "./jobs/chains/ints.ts"
import { lineChains } from "./jobs/chains/lines.ts"
import { objectChains } from "./jobs/chains/objects.ts"
import { opponents } from "./jobs/chains/opponents.ts"
import { polluteOpponents } from "./jobs/chains/polluteOpponents.ts"

const us = "Tidemark"

const run = async (scale: Scale) => {
  await Effect.runPromise(polluteRuntime(scale))
  await polluteOpponents(scale)
  const count = inputsCount(scale)
  const tables: Array<Table> = []
  for (const chain of objectChains(count)) tables.push(await measure(chain, scale))
  for (const chain of intChains(count)) tables.push(await measure(chain, scale))
  for (const chain of lineChains(count)) tables.push(await measure(chain, scale))
  return { tables, goals: goalsOf(tables) }
}

const inputsCount = (scale: Scale): number => scale.pick({ full: 32_768, quick: 32_768, tiny: 200 })

const measure = async <In, A>(chain: Chain<In, A>, scale: Scale): Promise<Table> => {
  await demandEqual([...fastContestants(chain, 1), ...otherContestants(chain, () => 1)])
  const passes = scale.pick({ full: chain.kind === "lines" ? 8 : 64, quick: 16, tiny: 1 })
  const contestants = [
    ...fastContestants(chain, passes),
    ...otherContestants(chain, (other) => scale.pick({ full: other.passes, quick: 1, tiny: 1 }))
  ]
  const title = titleOf(chain.kind, lengthOf(chain))
  return alternate(contestants, { title, rounds: scale.rounds(9), warmups: scale.warmups(2) })
}

const titleOf = (kind: string, length: number): string => `${kind}, ${length} operators, polluted`

const fastContestants = <In, A>(chain: Chain<In, A>, passes: number): ReadonlyArray<Contestant> => {
  const handKept = chain.kept()
  const records = chain.inputs.length * passes
  return [
    { name: "hand-fused loop", records, run: () => repeat(passes, handKept, () => chain.hand(chain.inputs, handKept)) },
    { name: us, records, run: ours(chain, passes) }
  ]
}

const ours = <In, A>(chain: Chain<In, A>, passes: number): (() => string) => {
  const kept = chain.kept()
  const compiled = compileSteps(chain, kept)
  const batches = batchesOf(chain.inputs)
  return () =>
    repeat(passes, kept, () => {
      for (const values of batches) compiled.run({ values, timestamps: [], keys: [], groups: [] })
    })
}

const otherContestants = <In, A>(
  chain: Chain<In, A>,
  passesOf: (other: { readonly passes: number }) => number
): ReadonlyArray<Contestant> =>
  opponents.map((opponent) => {
    const kept = chain.kept()
    const passes = passesOf(opponent)
    const run = async (): Promise<string> => {
      kept.reset()
      for (let pass = 0; pass < passes; pass++) await opponent.run(chain.inputs, chain, kept)
      return kept.answer
    }
    return { name: opponent.name, records: chain.inputs.length * passes, run }
  })

const repeat = <A>(passes: number, kept: Kept<A>, run: () => void): string => {
  kept.reset()
  for (let pass = 0; pass < passes; pass++) run()
  return kept.answer
}

/** In batches, as the runtime hands them to a chain. */
const batchesOf = <In>(inputs: ReadonlyArray<In>): ReadonlyArray<ReadonlyArray<In>> =>
  Array.from({ length: Math.ceil(inputs.length / batchSize) }, (_, i) =>
    inputs.slice(i * batchSize, (i + 1) * batchSize)
  )

const goalsOf = (tables: ReadonlyArray<Table>): ReadonlyArray<GoalFigure> => {
  const [three, twelve] = [3, 12].map((length) => tables.find(({ title }) => title === titleOf("objects", length)))
  const ahead = (goal: GoalName, opponent: string): GoalFigure => {
    const [a, b] = [three, twelve].map((table) => ratioOf(table, us) / ratioOf(table, opponent))
    const figure = Math.min(a ?? Number.NaN, b ?? Number.NaN)
    return { goal, figure, note: `${a?.toFixed(1)} at 3 operators, ${b?.toFixed(1)} at 12` }
  }
  return [
    { goal: "chain3", figure: ratioOf(three, us) },
    { goal: "chain12", figure: ratioOf(twelve, us) },
    ahead("chainRxjs", "RxJS"),
    ahead("chainEffect", "Effect Stream"),
    ahead("chainNode", "Node object streams"),
    ahead("chainMost", "most")
  ]
}

export const chain: Benchmark = {
  name: "chain",
  title: "Stateless chains over objects, whole numbers and lines",
  notMeasured: [
    "Sources, the task loop, exchanges and real sinks: results go to a small ring, the same for everybody.",
    "The hand-written loop gets all records in one call, as one would write it; the chain gets the runtime's batches."
  ],
  run,
  profile: async (scale) => {
    await Effect.runPromise(polluteRuntime(scale))
    const runs = [...objectChains(inputsCount(scale)).map((chain) => ours(chain, 16))]
    return () => {
      for (const run of runs) run()
    }
  }
}
