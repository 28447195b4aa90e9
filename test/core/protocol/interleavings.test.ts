/** The machines together, under hundreds of random schedules with faults: a first net, before all schedules are explored. */
import { describe, expect, it } from "vitest"
import type { CheckpointPolicy } from "../../../packages/core/src/protocol/index.ts"
import { makeRandom } from "../../support/random.ts"
import { Checker } from "./support/Checker.ts"
import { World } from "./support/World.ts"
import { recordsPerSource } from "./support/worldParts.ts"

const seeds = 150
const stepsMax = 6_000

const all = ["source#0", "source#1"].flatMap((name) =>
  Array.from({ length: recordsPerSource }, (_, index) => `${name}/${index}`)
)

const play = (seed: number, options: { readonly policy: CheckpointPolicy; readonly faults: number }) => {
  const checker = new Checker()
  const world: World = new World({
    ...options,
    random: makeRandom(seed),
    tell: (fact) => checker.hear(world, fact)
  })
  for (let steps = 0; !world.isFinished; steps++) {
    if (steps === stepsMax) throw new Error("L7 it does not end")
    world.step()
    checker.afterStep(world)
  }
  expect([...world.visible].sort(), "S1 S2 every record exactly once").toEqual(all)
  return checker
}

const playAll = (policy: CheckpointPolicy, faults: number, count = seeds) => {
  const met = { restarts: 0, invalidations: 0 }
  for (let seed = 1; seed <= count; seed++) {
    try {
      const { restarts, invalidations } = play(seed, { policy, faults })
      met.restarts += restarts
      met.invalidations += invalidations
    } catch (cause) {
      throw new Error(`Seed ${seed} breaks the protocol: ${cause instanceof Error ? cause.message : cause}`, { cause })
    }
  }
  return met
}

describe("coordinator, sources, join and sink together", () => {
  const policy: CheckpointPolicy = {
    trigger: "periodic",
    concurrentMax: 1,
    toleratedFailures: null,
    retained: 1,
    queuedTriggersMax: 2
  }

  it("without faults every record is shown once and nothing is invalidated or restarted", () => {
    expect(playAll(policy, 0, 30)).toEqual({ restarts: 0, invalidations: 0 })
  })

  it("S1-S17 with restarts, lost triggers, late, doubled and unknown outcomes every record is shown once", () => {
    const met = playAll(policy, 6)
    expect(met.restarts).toBeGreaterThan(seeds / 2)
    expect(met.invalidations).toBeGreaterThan(seeds / 2)
  })

  it("S1-S17 and so with two checkpoints at a time, two kept, and no failure tolerated", () => {
    const met = playAll({ ...policy, concurrentMax: 2, retained: 2, toleratedFailures: 0 }, 6)
    expect(met.restarts).toBeGreaterThan(seeds / 2)
    expect(met.invalidations).toBeGreaterThan(seeds / 2)
  })
})
