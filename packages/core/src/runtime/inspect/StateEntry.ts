import type { Json } from "../../model/Json.ts"

/** One entry of a checkpoint's state, as JSON. */
export type StateEntry = KeyedEntry | ListItem

export interface KeyedEntry {
  readonly operator: string
  readonly state: string
  /** `value`, `list`, `map`, `reducing`, `aggregating`, `window` or `timer`. */
  readonly kind: string
  readonly key: Json
  /** Start of the window, or of the slice of a sliding one, that an accumulator belongs to; ISO 8601. */
  readonly windowStart?: string
  /** When the timers of the key are due, in order; ISO 8601. */
  readonly due?: ReadonlyArray<string>
  /** Left out for timers. */
  readonly value?: Json
}

/** State of an operator that belongs to no key: positions of splits, prepared transactions, watermarks. */
export interface ListItem {
  readonly operator: string
  readonly state: string
  readonly kind: "operator"
  readonly item: Json
}

/** Which entries to read; null for all. */
export interface StateSelection {
  readonly operator: string | null
  readonly state: string | null
  /** As its JSON text says it; a key that is a text also as it is. */
  readonly key: string | null
}

export const everything: StateSelection = { operator: null, state: null, key: null }

export const isSelected = (
  { operator, state }: StateSelection,
  of: { readonly operator: string; readonly state: string }
): boolean => (operator === null || operator === of.operator) && (state === null || state === of.state)
