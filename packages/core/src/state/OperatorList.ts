import type { Json } from "../model/Json.ts"

/** State of an operator that belongs to no key: split positions, prepared transactions, watermarks. */
export interface OperatorList {
  readonly operator: string
  readonly name: string
  readonly items: ReadonlyArray<Json>
}
