/**
 * `Files` in memory for tests: forgets what was not synced at a power loss, and fails by plan.
 *
 * ```ts
 * const disk = SimulatedFiles.make()
 * yield* writeSomething(disk.files)          // the code under test takes a `Files`
 * disk.powerLoss("lose-all")                 // the machine restarts; old handles are dead
 * yield* expectWhole(disk.files)             // what was synced is there
 * ```
 * A handle taken before a power loss dies with {@link PowerLost}, a defect: no code of a process that has lost power
 * can run on, not even its finalizers. Every operation is one step; nothing is written by a handle that is dead.
 */
import * as Effect from "effect/Effect"
import { StorageFailure } from "../model/errors.ts"
import { failureOf } from "../runtime/files/fileFailure.ts"
import type { Files } from "../storage/Files.ts"
import { type Fault, FaultPlan, type FaultReason, type FileCallSeen, followFaultPlan } from "./FaultPlan.ts"
import type { PowerLoss } from "./PowerLoss.ts"
import { DiskRefusal, SimulatedDisk } from "./SimulatedDisk.ts"

/** The defect of every operation of a process whose machine has lost power. */
export class PowerLost extends Error {
  override readonly name = "PowerLost"
  constructor() {
    super("simulated power loss: this process is gone")
  }
}

export interface SimulatedFiles {
  /** The file system for a process that starts now; after a power loss take it again. */
  readonly files: Files
  /** Operations since the last power loss, in order; failed ones too. */
  readonly calls: ReadonlyArray<FileCallSeen>
  /** How often the power was lost. */
  readonly powerLosses: number
  /** Replaces the plan; its counts begin at 1 with the next operation. */
  readonly inject: (plan: FaultPlan) => void
  /** How many operations wait for `release`. */
  readonly heldCount: number
  /** Lets happen what is held or was to land later, in order. */
  readonly release: () => void
  /** Loses power and restarts: un-synced data and names meet `loss`, what is held never happens, the plan is void. */
  readonly powerLoss: (loss: PowerLoss) => void
  /** Paths of all files as a program sees them, sorted. */
  readonly paths: () => ReadonlyArray<string>
  /** Changes a file at rest, durably: bit rot, a truncated or an edited file. */
  readonly damage: (path: string, change: (bytes: Uint8Array) => Uint8Array) => void
}

export const SimulatedFiles = {
  make: (plan: FaultPlan = FaultPlan.none): SimulatedFiles => new SimulatedMachine(plan)
}

interface HeldOperation {
  readonly land: () => void
  readonly lose: () => void
}

/** How one operation is done, and how it goes wrong in its own way. */
interface Act<A> {
  readonly whole: () => A
  readonly torn?: (share: number) => void
  readonly bent?: (bit: number) => A
  /** Done in the cache only: the power goes in the middle, or the device lies. */
  readonly unsynced?: () => A
}

const flipped = (bytes: Uint8Array, bit: number): Uint8Array => {
  if (bytes.length === 0) return bytes
  const at = bit % (bytes.length * 8)
  const changed = bytes.slice()
  changed[at >> 3] = (changed[at >> 3] ?? 0) ^ (1 << (at & 7))
  return changed
}

const shareOf = (bytes: Uint8Array, share: number): Uint8Array => bytes.slice(0, Math.floor(bytes.length * share))

class SimulatedMachine implements SimulatedFiles {
  readonly #disk = new SimulatedDisk()
  #calls: Array<FileCallSeen> = []
  #nextFault: (call: FileCallSeen) => Fault | null
  #held: Array<HeldOperation> = []
  #powerLosses = 0
  #files: Files

  constructor(plan: FaultPlan) {
    this.#nextFault = followFaultPlan(plan)
    this.#files = this.#boot()
  }

  get files(): Files {
    return this.#files
  }

  get calls(): ReadonlyArray<FileCallSeen> {
    return this.#calls
  }

  get powerLosses(): number {
    return this.#powerLosses
  }

  get heldCount(): number {
    return this.#held.length
  }

  inject(plan: FaultPlan): void {
    this.#nextFault = followFaultPlan(plan)
  }

  release(): void {
    const held = this.#held
    this.#held = []
    for (const operation of held) operation.land()
  }

  powerLoss(loss: PowerLoss): void {
    this.#disk.powerLoss(loss)
    this.#powerLosses++
    const held = this.#held
    this.#held = []
    for (const operation of held) operation.lose()
    this.#calls = []
    this.#nextFault = followFaultPlan(FaultPlan.none)
    this.#files = this.#boot()
  }

  paths(): ReadonlyArray<string> {
    return this.#disk.paths()
  }

  damage(path: string, change: (bytes: Uint8Array) => Uint8Array): void {
    this.#disk.damage(path, change)
  }

  #boot(): Files {
    const disk = this.#disk
    const boot = this.#powerLosses
    const on = <A>(call: FileCallSeen, act: Act<A>): Effect.Effect<A, StorageFailure> =>
      Effect.suspend(() => (boot === this.#powerLosses ? this.#operate(call, act) : Effect.die(new PowerLost())))
    return {
      makeDirectory: (path) =>
        on(
          { operation: "makeDirectory", path },
          { whole: () => disk.makeDirectory(path, true), unsynced: () => disk.makeDirectory(path, false) }
        ),
      write: (path, bytes) =>
        on(
          { operation: "write", path },
          { whole: () => disk.write(path, bytes), torn: (share) => disk.write(path, shareOf(bytes, share)) }
        ),
      append: (path, bytes) =>
        on(
          { operation: "append", path },
          { whole: () => disk.append(path, bytes), torn: (share) => disk.append(path, shareOf(bytes, share)) }
        ),
      sync: (path) => on({ operation: "sync", path }, { whole: () => disk.sync(path), unsynced: () => {} }),
      syncDirectory: (path) =>
        on({ operation: "syncDirectory", path }, { whole: () => disk.syncDirectory(path), unsynced: () => {} }),
      link: (from, to) => on({ operation: "link", path: to, from }, { whole: () => disk.link(from, to) }),
      rename: (from, to) => on({ operation: "rename", path: to, from }, { whole: () => disk.rename(from, to) }),
      remove: (path) => on({ operation: "remove", path }, { whole: () => disk.remove(path) }),
      read: (path) =>
        on({ operation: "read", path }, { whole: () => disk.read(path), bent: (bit) => flipped(disk.read(path), bit) }),
      size: (path) => on({ operation: "size", path }, { whole: () => disk.size(path) }),
      list: (path) => on({ operation: "list", path }, { whole: () => disk.list(path) })
    }
  }

  #operate<A>(call: FileCallSeen, act: Act<A>): Effect.Effect<A, StorageFailure> {
    this.#calls.push(call)
    const whole = refusable(call, act.whole)
    const fault = this.#nextFault(call)
    if (fault === null) return whole
    switch (fault._tag) {
      case "Fail":
        return Effect.fail(planned(call, fault.reason, "none"))
      case "FailAfter":
        return Effect.andThen(whole, Effect.fail(planned(call, fault.reason, "unknown")))
      case "FailThenLand":
        this.#held.push({ land: () => void Effect.runSyncExit(whole), lose: () => {} })
        return Effect.fail(planned(call, fault.reason, "unknown"))
      case "Hold":
        return this.#hold(whole)
      case "Hang":
        return Effect.andThen(whole, Effect.never)
      case "Slow":
        return Effect.andThen(Effect.sleep(fault.delay), this.#whileAlive(whole))
      case "Torn":
        return Effect.andThen(
          refusable(call, () => act.torn?.(fault.share)),
          Effect.fail(planned(call, fault.reason, "unknown"))
        )
      case "FlipBit":
        return refusable(call, () => (act.bent ?? act.whole)(fault.bit))
      case "LoseSync":
        return refusable(call, act.unsynced ?? act.whole)
      case "PowerLoss":
        return Effect.andThen(
          fault.moment === "before" ? Effect.void : Effect.ignore(this.#half(call, act)),
          Effect.suspend(() => {
            this.powerLoss(fault.loss)
            return Effect.die(new PowerLost())
          })
        )
    }
  }

  /** An operation that the power loss cuts: done in the cache; a sync may be through. */
  #half<A>(call: FileCallSeen, act: Act<A>): Effect.Effect<A, StorageFailure> {
    return refusable(call, call.operation === "makeDirectory" ? (act.unsynced ?? act.whole) : act.whole)
  }

  #whileAlive<A>(whole: Effect.Effect<A, StorageFailure>): Effect.Effect<A, StorageFailure> {
    const boot = this.#powerLosses
    return Effect.suspend(() => (boot === this.#powerLosses ? whole : Effect.die(new PowerLost())))
  }

  #hold<A>(whole: Effect.Effect<A, StorageFailure>): Effect.Effect<A, StorageFailure> {
    // No finalizer: an operation under way is not taken back by interrupting its caller.
    return Effect.callback<A, StorageFailure>((resume) => {
      this.#held.push({
        land: () => resume(Effect.runSyncExit(whole)),
        lose: () => resume(Effect.die(new PowerLost()))
      })
    })
  }
}

const refusable = <A>(call: FileCallSeen, act: () => A): Effect.Effect<A, StorageFailure> =>
  Effect.suspend(() => {
    try {
      return Effect.succeed(act())
    } catch (cause) {
      if (!(cause instanceof DiskRefusal)) throw cause
      return Effect.fail(failureOf(call, { reason: cause.reason, cause }))
    }
  })

const planned = (call: FileCallSeen, reason: FaultReason, outcome: StorageFailure["outcome"]): StorageFailure => {
  const { operation, path } = failureOf(call, { reason })
  return new StorageFailure({ operation, path, reason, outcome, cause: new Error("simulated fault") })
}
