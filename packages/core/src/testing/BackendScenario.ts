import type * as Effect from "effect/Effect"
import type { StorageFailure, StorageLocked } from "../model/errors.ts"
import type { CheckpointStorage } from "../storage/CheckpointStorage.ts"
import type { ScenarioFailed } from "./ScenarioFailed.ts"

/** Connects to the same store at every call, as another run of the program would. */
export type Connect = () => CheckpointStorage

/** One thing that every backend must do; `run` begins with an empty store and fails with what went wrong. */
export interface BackendScenario {
  /** A sentence. */
  readonly name: string
  readonly run: (connect: Connect) => Effect.Effect<void, ScenarioFailed | StorageFailure | StorageLocked>
}
