/** A log whose every operation waits until a test lets it go on, in any order and with any outcome. */
import { Effect } from "effect"
import { type JobStorage, StorageFailure } from "../../../../packages/core/src/storage/index.ts"
import type { Random } from "../../../support/random.ts"

type Reply<A> = (effect: Effect.Effect<A, StorageFailure>) => void

interface Waiting {
  readonly leader: string
  readonly go: () => void
}

const failure = (outcome: StorageFailure["outcome"]) =>
  new StorageFailure({ operation: "append to", path: "the log", reason: "io", outcome })

export class ScheduledLog {
  readonly entries = new Map<number, Uint8Array>()
  readonly #random: Random
  #waiting: ReadonlyArray<Waiting> = []
  /** Appends that were reported as unknown and may still land. */
  #late: ReadonlyArray<() => void> = []
  /** How often what happened: a run that never meets these proves nothing. */
  readonly met = { gap: 0, lost: 0, landed: 0, late: 0, refused: 0 }

  constructor(random: Random) {
    this.#random = random
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0
  }

  /** Lets one operation go on; those of a paused leader wait. */
  step(paused: string | null): void {
    if (this.#random.chance(0.1)) this.#landLate()
    const ready = this.#waiting.filter(({ leader }) => leader !== paused)
    const chosen = this.#random.pick(ready.length > 0 ? ready : this.#waiting)
    this.#waiting = this.#waiting.filter((waiting) => waiting !== chosen)
    chosen?.go()
  }

  landAll(): void {
    while (this.#late.length > 0) this.#landLate()
  }

  /** The log as a leader sees it. */
  storage(leader: string): JobStorage {
    const scheduled = <A>(run: (reply: Reply<A>) => void): Effect.Effect<A, StorageFailure> =>
      Effect.callback((resume) => {
        this.#waiting = [...this.#waiting, { leader, go: () => run(resume) }]
      })
    return {
      pathOf: () => "the log",
      readObject: () => Effect.fail(failure("none")),
      createObject: () => Effect.void,
      deleteObject: () => Effect.void,
      listObjects: Effect.succeed([]),
      listEntries: scheduled((reply) => reply(Effect.succeed([...this.entries.keys()].sort((a, b) => a - b)))),
      readEntry: (slot) =>
        scheduled((reply) => {
          const bytes = this.entries.get(slot)
          const missing = new StorageFailure({ operation: "read", path: "the log", reason: "missing", outcome: "none" })
          reply(bytes === undefined ? Effect.fail(missing) : Effect.succeed(bytes))
        }),
      deleteEntry: (slot) => scheduled((reply) => reply(Effect.sync(() => void this.entries.delete(slot)))),
      appendEntry: (slot, bytes) => scheduled((reply) => this.#append(slot, bytes, reply))
    }
  }

  #append(slot: number, bytes: Uint8Array, reply: Reply<"appended" | "taken">): void {
    const land = () => this.#land(slot, bytes)
    const fate = this.#random.below(10)
    if (fate === 0) {
      this.met.refused++
      reply(Effect.fail(failure("none")))
    } else if (fate === 1) {
      this.met.lost++
      reply(Effect.fail(failure("unknown")))
    } else if (fate === 2) {
      this.met.landed++
      land()
      reply(Effect.fail(failure("unknown")))
    } else if (fate === 3) {
      this.#late = [...this.#late, land]
      reply(Effect.fail(failure("unknown")))
    } else reply(Effect.succeed(land()))
  }

  #landLate(): void {
    const land = this.#random.pick(this.#late)
    if (land === undefined) return
    this.#late = this.#late.filter((other) => other !== land)
    this.met.late++
    land()
  }

  #land(slot: number, bytes: Uint8Array): "appended" | "taken" {
    if (this.entries.has(slot)) return "taken"
    if (slot < Math.max(0, ...this.entries.keys())) this.met.gap++
    this.entries.set(slot, bytes)
    return "appended"
  }
}
