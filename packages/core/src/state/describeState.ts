import type { Json } from "../model/Json.ts"
import { codecVersion } from "./compileCodec.ts"
import { describeSchema } from "./describeSchema.ts"
import type { KeyedStateDescriptor } from "./KeyedStateDescriptor.ts"

/** What a checkpoint records about a keyed state: in the header of each state object and in the manifest. */
export interface StateRecord {
  readonly operator: string
  readonly name: string
  readonly kind: KeyedStateDescriptor<unknown>["kind"]
  readonly key: Json
  readonly value: Json
  /** Version of the row layout. */
  readonly codec: number
}

export const describeState = (
  descriptor: Pick<KeyedStateDescriptor<unknown>, "operator" | "name" | "kind" | "key" | "value">
): StateRecord => ({
  operator: descriptor.operator,
  name: descriptor.name,
  kind: descriptor.kind,
  key: describeSchema(descriptor.key),
  value: describeSchema(descriptor.value),
  codec: codecVersion
})
