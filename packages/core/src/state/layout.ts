/**
 * Chooses where a keyed state lives: off-heap where keys and values have a fixed width, else in maps.
 *
 * The choice follows from the schemas alone; a snapshot of one layout can be told from one of the other by its state's
 * description.
 */
import type { FixedLayout } from "./fixed/RowBlock.ts"
import { columnsOf, rowTreeOf } from "./fixed/rowShape.ts"
import type { KeyedStateDescriptor } from "./KeyedStateDescriptor.ts"
import { type KeyKind, keyKindOf } from "./keyKind.ts"

export type StateLayout =
  | { readonly _tag: "OffHeap"; readonly layout: FixedLayout }
  /** `reason` in plain words, for `explain`. */
  | { readonly _tag: "Maps"; readonly reason: string }

export const layoutOf = (
  descriptor: Pick<KeyedStateDescriptor<unknown>, "kind" | "key" | "value" | "layout">
): StateLayout => {
  if (descriptor.layout === "maps") return maps("asked for")
  if (descriptor.kind === "timer") return maps("a key has any number of timers")
  const key = keyLayouts[keyKindOf(descriptor.key) ?? "mixed"]
  if (key === null) return maps("keys are neither all integers nor all strings")
  const tree = rowTreeOf(descriptor.value)
  return tree._tag === "NotFixed" ? maps(tree.reason) : { _tag: "OffHeap", layout: { key, columns: columnsOf(tree) } }
}

const keyLayouts: Readonly<Record<KeyKind, FixedLayout["key"] | null>> = {
  string: "string",
  /** A tuple is stored as its text. */
  tuple: "string",
  integer: "integer",
  mixed: null
}

const maps = (reason: string): StateLayout => ({ _tag: "Maps", reason })

/** For `explain`: `off-heap: integer key, 2 numbers`. */
export const layoutText = (layout: StateLayout): string =>
  layout._tag === "Maps"
    ? `maps: ${layout.reason}`
    : `off-heap: ${layout.layout.key} key, ${columnsText(layout.layout)}`

const columnsText = ({ columns }: FixedLayout): string => {
  const numbers = columns.filter((column) => column.kind === "number").length
  const parts = [counted(numbers, "number"), counted(columns.length - numbers, "boolean")]
  return parts.filter((part) => part !== "").join(", ") || "no columns"
}

const counted = (count: number, what: string): string =>
  count === 0 ? "" : `${count} ${what}${count === 1 ? "" : "s"}`
