/** A job's storage in a map, whose appends go wrong as a test says. */
import { Effect } from "effect"
import type { JobStorage, StorageFailure } from "../../../../packages/core/src/storage/index.ts"
import { StorageFailure as Failure } from "../../../../packages/core/src/storage/index.ts"

/**
 * What happens to one append: `refused` surely had no effect; of unknown outcome are `lost` (no effect), `landed`, and
 * `late` (lands at {@link TinyStorage.release}); `held` answers only after the release.
 */
export type AppendFault = "none" | "refused" | "lost" | "landed" | "late" | "held"

export class TinyStorage implements JobStorage {
  readonly entries = new Map<number, Uint8Array>()
  /** For the next appends, in order. */
  faults: ReadonlyArray<AppendFault> = []
  /** For the next reads of entries: how many fail. */
  readsFailing = 0
  /** Called before every read of an entry. */
  onRead: (slot: number) => void = () => {}
  #late: ReadonlyArray<() => void> = []

  readonly listEntries = Effect.sync(() => [...this.entries.keys()].sort((a, b) => a - b))
  readonly listObjects = Effect.succeed([])
  readonly readObject = () => Effect.fail(failure("read", "missing", "none"))
  readonly createObject = () => Effect.void
  readonly deleteObject = () => Effect.void
  readonly pathOf = (name: { readonly object: string } | { readonly slot: number }) =>
    "slot" in name ? `entry ${name.slot}` : name.object

  readonly readEntry = (slot: number) =>
    Effect.suspend(() => {
      this.onRead(slot)
      if (this.readsFailing > 0) {
        this.readsFailing--
        return Effect.fail(failure("read", "io", "none"))
      }
      const bytes = this.entries.get(slot)
      return bytes === undefined ? Effect.fail(failure("read", "missing", "none")) : Effect.succeed(bytes)
    })

  readonly deleteEntry = (slot: number) => Effect.sync(() => void this.entries.delete(slot))

  readonly appendEntry = (slot: number, bytes: Uint8Array): Effect.Effect<"appended" | "taken", StorageFailure> =>
    Effect.suspend(() => {
      const [fault = "none", ...rest] = this.faults
      this.faults = rest
      const land = () => this.#land(slot, bytes)
      switch (fault) {
        case "none":
          return Effect.succeed(land())
        case "refused":
          return Effect.fail(failure("append", "full", "none"))
        case "landed":
          land()
          return Effect.fail(failure("append", "timeout", "unknown"))
        case "lost":
          return Effect.fail(failure("append", "timeout", "unknown"))
        case "late":
          this.#late = [...this.#late, land]
          return Effect.fail(failure("append", "timeout", "unknown"))
        case "held":
          return Effect.callback<"appended" | "taken">((resume) => {
            this.#late = [...this.#late, () => resume(Effect.succeed(land()))]
          })
      }
    })

  /** Lets everything that is late or held happen. */
  release(): void {
    for (const land of this.#late) land()
    this.#late = []
  }

  #land(slot: number, bytes: Uint8Array): "appended" | "taken" {
    if (this.entries.has(slot)) return "taken"
    this.entries.set(slot, bytes)
    return "appended"
  }
}

const failure = (operation: string, reason: StorageFailure["reason"], outcome: StorageFailure["outcome"]) =>
  new Failure({ operation, path: "the log", reason, outcome })
