/**
 * A store in memory that goes wrong by seed: operations fail, lose their answer, land late, or hang; the store is away,
 * is destroyed, loses bits. It has no lock: the processes of a simulation get in each other's way as they like.
 */
import { type CheckpointStorage, type JobStorage, StorageFailure } from "@tidemark/core/storage"
import * as Effect from "effect/Effect"

export interface FaultRates {
  /** Nothing happens, and the caller is told so. */
  readonly fail: number
  /** It happens, and the caller is told an unknown outcome. */
  readonly lose: number
  /** The caller is told an unknown outcome; it happens some time later. */
  readonly late: number
  /** No answer; half of these happen. */
  readonly hang: number
}

export const noFaults: FaultRates = { fail: 0, lose: 0, late: 0, hang: 0 }

/** One run of a program; after its death nothing it asked for happens or is answered. */
export interface SimulatedProcess {
  isAlive: boolean
}

const failure = (
  path: string,
  reason: StorageFailure["reason"],
  outcome: StorageFailure["outcome"],
  operation = "do"
): StorageFailure => new StorageFailure({ operation, path, reason, outcome, cause: new Error("simulated fault") })

export class SimulatedStore {
  readonly name: string
  rates: FaultRates = noFaults
  isAway = false
  readonly entries = new Map<number, Uint8Array>()
  readonly objects = new Map<string, Uint8Array>()
  readonly #random: () => number
  #late: Array<() => void> = []
  /** Breaks the contract, so that a test can see that this is noticed. */
  readonly #isForgetful: boolean

  constructor(name: string, random: () => number, options: { readonly isForgetful?: boolean } = {}) {
    this.name = name
    this.#random = random
    this.#isForgetful = options.isForgetful ?? false
  }

  /** The device is replaced by an empty one. */
  destroy(): void {
    this.entries.clear()
    this.objects.clear()
    this.#late = []
  }

  /** Flips a bit of one entry or object; answers whether there was one. */
  rot(): boolean {
    const all = [...this.entries.values(), ...this.objects.values()]
    const bytes = all[Math.floor(this.#random() * all.length)]
    if (bytes === undefined || bytes.length === 0) return false
    const at = Math.floor(this.#random() * bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(this.#random() * 8))
    return true
  }

  /** All that was to happen later happens. */
  settle(): void {
    for (const act of this.#late.splice(0)) act()
  }

  storageOf(process: SimulatedProcess): CheckpointStorage {
    const job = this.#job(process)
    return {
      location: this.name,
      jobs: this.#read(process, () => (this.entries.size > 0 ? ["job"] : [])),
      inspect: () =>
        this.#read(process, () => {
          if (this.entries.size + this.objects.size === 0) throw failure(this.name, "missing", "none")
          return job
        }),
      open: () => this.#read(process, () => job)
    }
  }

  #job(process: SimulatedProcess): JobStorage {
    const found = (bytes: Uint8Array | undefined, path: string): Uint8Array => {
      if (bytes === undefined) throw failure(path, "missing", "none")
      return bytes.slice()
    }
    return {
      pathOf: (of) => ("object" in of ? `${this.name}/${of.object}` : `${this.name}/${of.slot}`),
      readObject: (name) => this.#read(process, () => found(this.objects.get(name), name)),
      readEntry: (slot) => this.#read(process, () => found(this.entries.get(slot), String(slot))),
      listObjects: this.#read(process, () =>
        [...this.objects]
          .map(([name, { length }]) => ({ name, size: length }))
          .sort((a, b) => (a.name < b.name ? -1 : 1))
      ),
      listEntries: this.#read(process, () => [...this.entries.keys()].sort((a, b) => a - b)),
      createObject: (name, bytes) =>
        this.#change(process, () => {
          if (this.objects.has(name)) throw failure(name, "exists", "none")
          this.objects.set(name, new Uint8Array(bytes))
        }),
      deleteObject: (name) => this.#change(process, () => void this.objects.delete(name)),
      appendEntry: (slot, bytes) =>
        this.#change(process, () => {
          if (this.entries.has(slot) && !this.#isForgetful) return "taken"
          this.entries.set(slot, new Uint8Array(bytes))
          return "appended"
        }),
      deleteEntry: (slot) => this.#change(process, () => void this.entries.delete(slot))
    }
  }

  #read<A>(process: SimulatedProcess, act: () => A): Effect.Effect<A, StorageFailure> {
    return this.#after(process, () => {
      const { fail, hang } = this.rates
      const chance = this.#random()
      if (chance < fail) return Effect.fail(failure(this.name, "io", "none"))
      if (chance < fail + hang) return Effect.never
      return attempt(act)
    })
  }

  #change<A>(process: SimulatedProcess, act: () => A): Effect.Effect<A, StorageFailure> {
    return this.#after(process, () => {
      const { fail, hang, late, lose } = this.rates
      const chance = this.#random()
      if (chance < fail) return Effect.fail(failure(this.name, "io", "none"))
      if (chance < fail + lose) return Effect.andThen(attempt(act), Effect.fail(failure(this.name, "io", "unknown")))
      if (chance < fail + lose + late) {
        this.#late.push(() => void Effect.runSyncExit(attempt(act)))
        return Effect.fail(failure(this.name, "timeout", "unknown"))
      }
      if (chance < fail + lose + late + hang) {
        return this.#random() < 0.5 ? Effect.andThen(Effect.ignore(attempt(act)), Effect.never) : Effect.never
      }
      return attempt(act)
    })
  }

  /** Others take their turns before and after; something late may land. */
  #after<A>(process: SimulatedProcess, act: () => Effect.Effect<A, StorageFailure>): Effect.Effect<A, StorageFailure> {
    const turns = Effect.suspend(() => Effect.forEach(Array(Math.floor(this.#random() * 3)), () => Effect.yieldNow))
    const acted = Effect.suspend(() => {
      if (!process.isAlive) return Effect.never
      if (this.#late.length > 0 && this.#random() < 0.2) this.#late.shift()?.()
      return this.isAway ? Effect.fail(failure(this.name, "io", "none")) : act()
    })
    return Effect.andThen(turns, Effect.tap(acted, turns))
  }
}

const attempt = <A>(act: () => A): Effect.Effect<A, StorageFailure> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(act())
    } catch (cause) {
      return cause instanceof StorageFailure ? Effect.fail(cause) : Effect.die(cause)
    }
  })
