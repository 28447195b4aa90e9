import type { KeyValue } from "../model/keyGroups.ts"
import type { Timestamp } from "../model/time.ts"

/** What a user's function threw, with the key it was called for; a chain makes a `UserFunctionFailed` of it. */
export class FailedAtKey {
  readonly cause: unknown
  readonly key: KeyValue
  /** What the function was called with. */
  readonly called:
    | { readonly _tag: "Element"; readonly value: unknown }
    | { readonly _tag: "Timer"; readonly time: "event" | "processing"; readonly timestamp: Timestamp }

  constructor(cause: unknown, key: KeyValue, called: FailedAtKey["called"]) {
    this.cause = cause
    this.key = key
    this.called = called
  }
}
