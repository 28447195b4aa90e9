/**
 * Random lives of processes over N stores that go wrong; all who open the job do so at the same time and after another,
 * and die anywhere. Checked all the while:
 *
 * - of one slot nobody ever reads, or is told to have written, two different entries;
 * - what was acknowledged before a process opened the job is there for it, and at the end, after a loss of N - W stores;
 * - what was removed is not back.
 */
import { assert } from "@effect/vitest"
import { ReplicatedStorage } from "@tidemark/backends/replicated"
import type { JobStorage, StorageFailure } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import { TestClock } from "effect/testing"
import { seededRandom } from "../../../packages/core/src/testing/seededRandom.ts"
import { holder, utf8 } from "../../conformance/storageSubjects.ts"
import { type FaultRates, noFaults, type SimulatedProcess, SimulatedStore } from "./SimulatedStore.ts"

export interface SimulationOptions {
  readonly seed: number
  readonly stores: number
  readonly write: number
  readonly rates: FaultRates
  /** Stores that are destroyed or damaged while the job runs, one after the other. */
  readonly losses: number
  /** Stores that break the contract. */
  readonly forgetful?: number
}

/** What a run has shown, so that a test can tell that something happened. */
export interface SimulationResult {
  readonly acknowledged: number
  readonly contested: number
  readonly removed: number
  readonly refusedOpens: number
}

const tuning = {
  timeLimit: "100 millis",
  retry: Schedule.spaced("1 millis").pipe(Schedule.upTo({ times: 2 })),
  reconnect: Schedule.spaced("5 millis"),
  hedgeAfter: "5 millis",
  cleanAfter: 3
} as const

/** All that those who were answered may rely on. */
class Facts {
  readonly entries = new Map<number, string>()
  readonly objects = new Map<string, string>()
  readonly doomed = new Set<number | string>()
  readonly removed = new Set<number>()
  readonly acknowledged = new Set<number | string>()
  contested = 0

  saw(slot: number, text: string): void {
    assert.strictEqual(text, this.entries.get(slot) ?? text, `slot ${slot} has two entries`)
    this.entries.set(slot, text)
  }

  appended(slot: number, text: string): void {
    assert.isFalse(this.acknowledged.has(slot), `two writers were told that they have written slot ${slot}`)
    this.saw(slot, text)
    this.acknowledged.add(slot)
  }

  /** What must be there for who opens the job now. */
  due(): ReadonlyArray<number> {
    return [...this.entries.keys()].filter((slot) => !this.doomed.has(slot))
  }
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

class Simulation {
  readonly facts = new Facts()
  readonly stores: ReadonlyArray<SimulatedStore>
  readonly random: () => number
  readonly #options: SimulationOptions
  #count = 0
  refusedOpens = 0

  constructor(options: SimulationOptions) {
    this.#options = options
    this.random = seededRandom(options.seed)
    this.stores = Array.from(
      { length: options.stores },
      (_, index) => new SimulatedStore(`store ${index}`, this.random, { isForgetful: index < (options.forgetful ?? 0) })
    )
  }

  chance(of: number): boolean {
    return this.random() < of
  }

  pick(max: number): number {
    return Math.floor(this.random() * max)
  }

  open(process: SimulatedProcess) {
    const stores = this.stores.map((store) => store.storageOf(process))
    return ReplicatedStorage.make({ stores, write: this.#options.write, tuning }).open("job", holder)
  }

  /** Reads all that somebody relies on. */
  readonly check = Effect.fnUntraced(function* (this: Simulation, job: JobStorage, due: ReadonlyArray<number>) {
    const slots = yield* job.listEntries
    const retired = new Set(this.facts.doomed)
    for (const slot of due) {
      if (!retired.has(slot)) assert.include(slots, slot, `entry ${slot} was acknowledged or read, and is gone`)
    }
    for (const slot of slots) yield* this.read(job, slot)
  })

  read(job: JobStorage, slot: number) {
    return Effect.map(
      Effect.catchIf(
        job.readEntry(slot),
        ({ reason }) => reason === "missing",
        () => Effect.succeed(null)
      ),
      (bytes) => {
        if (bytes !== null) this.facts.saw(slot, text(bytes))
        else assert.isTrue(this.facts.doomed.has(slot), `entry ${slot} was listed, and is missing`)
      }
    )
  }

  readonly #append = Effect.fnUntraced(function* (this: Simulation, job: JobStorage) {
    const slots = yield* job.listEntries
    const slot = (slots.at(-1) ?? 0) + 1
    const entry = `entry ${++this.#count} `.repeat(3)
    // As the tail of a log does: the same bytes again while the outcome is unknown.
    for (let tries = 0; tries < 4; tries++) {
      const answer = yield* Effect.result(job.appendEntry(slot, utf8(entry)))
      if (Result.isSuccess(answer)) {
        if (answer.success === "appended") this.facts.appended(slot, entry)
        else this.facts.contested++
        return
      }
      if (answer.failure.outcome === "none") return
    }
  })

  readonly #remove = Effect.fnUntraced(function* (this: Simulation, job: JobStorage) {
    const slots = (yield* job.listEntries).slice(0, -1)
    const slot = slots[this.pick(slots.length)]
    if (slot === undefined) return
    this.facts.doomed.add(slot)
    yield* job.deleteEntry(slot)
    this.facts.removed.add(slot)
  })

  readonly #create = Effect.fnUntraced(function* (this: Simulation, job: JobStorage) {
    const name = `1/${++this.#count}`
    const content = `object ${name} `.repeat(5)
    yield* job.createObject(name, utf8(content))
    this.facts.objects.set(name, content)
  })

  step(job: JobStorage): Effect.Effect<void, StorageFailure> {
    const chance = this.random()
    if (chance < 0.55) return this.#append(job)
    if (chance < 0.7) return this.#create(job)
    if (chance < 0.8) return this.check(job, [])
    if (chance < 0.95) return this.#remove(job)
    return Effect.sleep(this.pick(60))
  }

  /** One process: it opens the job, works, and ends or dies. */
  readonly life = Effect.fnUntraced(function* (this: Simulation) {
    const process: SimulatedProcess = { isAlive: true }
    const die = Effect.sync(() => {
      process.isAlive = false
    })
    const due = this.facts.due()
    const work = Effect.scoped(
      Effect.gen({ self: this }, function* () {
        const job = yield* this.open(process)
        yield* this.check(job, due)
        for (let steps = this.pick(8); steps >= 0; steps--) yield* Effect.ignore(this.step(job))
      })
    )
    const death = Effect.andThen(Effect.sleep(5 + this.pick(150)), die)
    const ended = this.chance(0.5) ? Effect.raceFirst(Effect.result(work), death) : Effect.result(work)
    const result = yield* ended
    if (result !== undefined && Result.isFailure(result)) this.refusedOpens++
  })

  /** Stores come and go, and at most N - W of them are lost at a time. */
  readonly trouble = Effect.fnUntraced(function* (this: Simulation) {
    const { losses, stores, write } = this.#options
    for (let lost = 0; lost < losses; lost++) {
      yield* Effect.sleep(20 + this.pick(80))
      const store = this.stores[this.pick(stores)]
      if (store === undefined || lost >= stores - write) continue
      if (this.chance(0.6)) store.destroy()
      else store.rot()
    }
    for (;;) {
      yield* Effect.sleep(10 + this.pick(60))
      const store = this.stores[this.pick(stores)]
      const away = this.stores.filter(({ isAway }) => isAway).length
      if (store !== undefined) store.isAway = !store.isAway && away < stores - write
    }
  })

  /** All works again, but N - W stores are gone; unless some were lost already. */
  readonly end = Effect.fnUntraced(function* (this: Simulation) {
    const { losses, stores, write } = this.#options
    for (const store of this.stores) {
      store.rates = noFaults
      store.isAway = false
      store.settle()
    }
    if (losses === 0) {
      const first = this.pick(stores)
      for (let lost = 0; lost < stores - write; lost++) this.stores[(first + lost) % stores]?.destroy()
    }
    const job = yield* this.open({ isAlive: true })
    const due = this.facts.due()
    yield* this.check(job, due)
    const slots = yield* job.listEntries
    for (const slot of this.facts.removed) assert.notInclude(slots, slot, `entry ${slot} was removed and is back`)
    for (const [name, content] of this.facts.objects) assert.strictEqual(text(yield* job.readObject(name)), content)
    assert.strictEqual(yield* job.appendEntry((slots.at(-1) ?? 0) + 1, utf8("last")), "appended")
  })
}

/** Time passes while all wait. */
const passTime = Effect.forever(
  Effect.andThen(
    Effect.forEach(Array(6), () => Effect.yieldNow),
    TestClock.adjust("8 millis")
  )
)

export const simulate = (options: SimulationOptions): Effect.Effect<SimulationResult, StorageFailure | object> =>
  Effect.gen(function* () {
    const simulation = new Simulation(options)
    // A job is begun when all stores answer; from then on they may do what they like.
    yield* Effect.scoped(simulation.open({ isAlive: true }))
    for (const store of simulation.stores) store.rates = options.rates
    const process = Effect.gen(function* () {
      for (let lives = 1 + simulation.pick(3); lives > 0; lives--) yield* simulation.life()
    })
    yield* Effect.raceFirst(Effect.all([process, process], { concurrency: "unbounded" }), simulation.trouble())
    yield* Effect.scoped(simulation.end())
    const { facts, refusedOpens } = simulation
    return {
      acknowledged: facts.acknowledged.size,
      contested: facts.contested,
      removed: facts.removed.size,
      refusedOpens
    }
  }).pipe(
    (run) => Effect.raceFirst(run, passTime),
    Random.withSeed(`seed ${options.seed}`),
    Effect.provide(TestClock.layer(), { local: true })
  )
