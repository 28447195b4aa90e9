import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as References from "effect/References"
import { seedOfRun } from "../../support/seedOfRun.ts"
import { noFaults } from "./SimulatedStore.ts"
import { type SimulationOptions, simulate } from "./simulate.ts"

const seed = seedOfRun("replicatedSimulation")
/** So many times as many runs: `TIDEMARK_RUNS=100` takes some ten minutes. */
const factor = Number(process.env.TIDEMARK_RUNS ?? 1)
const often = { fail: 0.03, lose: 0.03, late: 0.03, hang: 0.004 }

const configurations: ReadonlyArray<readonly [string, number, Omit<SimulationOptions, "seed">]> = [
  ["three stores without faults", 40, { stores: 3, write: 2, rates: noFaults, losses: 0 }],
  ["three stores that fail, lose answers, hang and go away", 100, { stores: 3, write: 2, rates: often, losses: 0 }],
  ["three stores, one of which is destroyed or damaged", 100, { stores: 3, write: 2, rates: often, losses: 1 }],
  ["five stores, two of which are lost", 30, { stores: 5, write: 3, rates: often, losses: 2 }],
  ["five stores of which four must have it", 30, { stores: 5, write: 4, rates: often, losses: 0 }]
]

const runs = (count: number, options: Omit<SimulationOptions, "seed">) =>
  Effect.forEach(
    Array.from({ length: count }, (_, index) => (seed + index * 7919) >>> 0),
    (of) => Effect.map(Effect.exit(simulate({ ...options, seed: of })), (exit) => ({ of, exit }))
  ).pipe(Effect.provideService(References.MinimumLogLevel, "None"))

describe(`the votes of replicated storage (seed ${seed})`, () => {
  for (const [name, few, options] of configurations) {
    const count = few * factor
    it.live(
      `P1-P6 never decide two entries for a slot and lose nothing acknowledged, over ${name}`,
      () =>
        Effect.gen(function* () {
          const totals = { acknowledged: 0, contested: 0, removed: 0, refusedOpens: 0 }
          for (const { exit, of } of yield* runs(count, options)) {
            if (Exit.isFailure(exit)) return assert.fail(`seed ${of}: ${exit.cause}`)
            totals.acknowledged += exit.value.acknowledged
            totals.contested += exit.value.contested
            totals.removed += exit.value.removed
            totals.refusedOpens += exit.value.refusedOpens
          }
          process.stdout.write(`replicated simulation, ${name}: ${count} runs, ${JSON.stringify(totals)}\n`)
          assert.isAbove(totals.acknowledged, count)
          assert.isAbove(totals.contested, 0)
          assert.isAbove(totals.removed, 0)
        }),
      60_000 * factor
    )
  }
})
