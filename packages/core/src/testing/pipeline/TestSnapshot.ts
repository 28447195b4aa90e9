import type { InputLogs } from "./TestInput.ts"
import type { TestStorage } from "./TestStorage.ts"

/** A checkpoint with all that was pushed before it. */
export interface TestSnapshot {
  readonly storage: TestStorage["content"]
  readonly logs: ReadonlyMap<string, InputLogs>
  readonly checkpoint: number
  /** Virtual time, in milliseconds. */
  readonly now: number
}
