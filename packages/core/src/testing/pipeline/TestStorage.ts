/** Checkpoints in memory, for one test: can be copied, and its operations fail as the test plans. */
import { Effect, Result } from "effect"
import { StorageFailure } from "../../model/errors.ts"
import type { CheckpointStorage, JobStorage } from "../../storage/CheckpointStorage.ts"

/** An operation of a storage that a test may let fail. */
export type StorageOperation =
  | "readObject"
  | "createObject"
  | "deleteObject"
  | "readEntry"
  | "appendEntry"
  | "deleteEntry"

export interface PlannedFailure {
  readonly operation: StorageOperation
  /** Which one from now on, counted from 1; 1 if left out. */
  readonly nth?: number
  /** How many from there on; 1 if left out. */
  readonly times?: number
  /** `none`: nothing happens. `unknown`: it happens, and the caller is told a failure all the same. `none` if left out. */
  readonly outcome?: StorageFailure["outcome"]
  /** `io` if left out: it is tried again a few times, after a while of virtual time. `denied` is not. */
  readonly reason?: StorageFailure["reason"]
}

interface Jobs {
  readonly objects: ReadonlyMap<string, Uint8Array>
  readonly entries: ReadonlyMap<number, Uint8Array>
}

export class TestStorage {
  readonly storage: CheckpointStorage
  readonly #objects: Map<string, Uint8Array>
  readonly #entries: Map<number, Uint8Array>
  #planned: ReadonlyArray<{ readonly failure: PlannedFailure; seen: number }> = []

  constructor(content: Jobs = { objects: new Map(), entries: new Map() }) {
    this.#objects = new Map(content.objects)
    this.#entries = new Map(content.entries)
    const opened = this.#job()
    this.storage = {
      location: "the memory of a test",
      jobs: Effect.succeed([]),
      inspect: () => Effect.succeed(opened),
      open: () => Effect.succeed(opened)
    }
  }

  get content(): Jobs {
    return { objects: new Map(this.#objects), entries: new Map(this.#entries) }
  }

  fail(failure: PlannedFailure): void {
    this.#planned = [...this.#planned, { failure, seen: 0 }]
  }

  #job(): JobStorage {
    return {
      pathOf: (name) => ("object" in name ? name.object : `log/${name.slot}`),
      listObjects: Effect.sync(() =>
        [...this.#objects]
          .map(([name, { length }]) => ({ name, size: length }))
          .sort((a, b) => (a.name < b.name ? -1 : 1))
      ),
      listEntries: Effect.sync(() => [...this.#entries.keys()].sort((a, b) => a - b)),
      readObject: (name) => this.#perform("readObject", name, () => held(this.#objects.get(name))),
      readEntry: (slot) => this.#perform("readEntry", `log/${slot}`, () => held(this.#entries.get(slot))),
      createObject: (name, bytes) =>
        this.#perform("createObject", name, () => {
          if (this.#objects.has(name)) return Result.fail("exists")
          this.#objects.set(name, bytes.slice())
          return Result.void
        }),
      deleteObject: (name) =>
        this.#perform("deleteObject", name, () => {
          this.#objects.delete(name)
          return Result.void
        }),
      appendEntry: (slot, bytes) =>
        this.#perform("appendEntry", `log/${slot}`, (): Result.Result<"appended" | "taken"> => {
          if (this.#entries.has(slot)) return Result.succeed("taken")
          this.#entries.set(slot, bytes.slice())
          return Result.succeed("appended")
        }),
      deleteEntry: (slot) =>
        this.#perform("deleteEntry", `log/${slot}`, () => {
          this.#entries.delete(slot)
          return Result.void
        })
    }
  }

  #perform<A>(
    operation: StorageOperation,
    path: string,
    act: () => Result.Result<A, "missing" | "exists">
  ): Effect.Effect<A, StorageFailure> {
    return Effect.suspend(() => {
      const planned = this.#failureOf(operation)
      const refuse = (reason: StorageFailure["reason"], outcome: StorageFailure["outcome"]) =>
        Effect.fail(new StorageFailure({ operation: operationText(operation), path, reason, outcome }))
      if (planned !== null && planned.outcome !== "unknown") return refuse(planned.reason ?? "io", "none")
      const answer = act()
      if (planned !== null) return refuse(planned.reason ?? "io", "unknown")
      return Result.isFailure(answer) ? refuse(answer.failure, "none") : Effect.succeed(answer.success)
    })
  }

  #failureOf(operation: StorageOperation): PlannedFailure | null {
    let met: PlannedFailure | null = null
    for (const planned of this.#planned) {
      const { nth = 1, times = 1 } = planned.failure
      if (planned.failure.operation !== operation) continue
      planned.seen++
      if (planned.seen >= nth && planned.seen < nth + times) met ??= planned.failure
    }
    return met
  }
}

/** `create object` for `createObject`. */
const operationText = (operation: StorageOperation): string =>
  operation.replace(/[A-Z]/, (letter) => ` ${letter.toLowerCase()}`)

const held = (bytes: Uint8Array | undefined): Result.Result<Uint8Array, "missing"> =>
  bytes === undefined ? Result.fail("missing") : Result.succeed(bytes)
