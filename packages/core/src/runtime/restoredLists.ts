/** What a restored checkpoint says of the inputs and targets of a plan, over all former subtasks. */
import type { Json } from "../model/Json.ts"
import { maxWatermark, minWatermark, type Timestamp } from "../model/time.ts"
import type { Prepared } from "../protocol/committerMachine.ts"
import type { OperatorList } from "../state/OperatorList.ts"
import type { RestorePoint } from "./restorePoint.ts"
import { type SplitState, splitStateOf } from "./SplitReader.ts"
import { splitsList, watermarkList } from "./TaskInput.ts"
import { preparedIn } from "./transactions.ts"

const allLists = (point: RestorePoint): ReadonlyArray<OperatorList> =>
  [...point.snapshots.values()].flat().flatMap((snapshot) => snapshot.lists)

/** The frozen splits of a source in reading order, or null if the checkpoint knows none. */
export const restoredSplits = (point: RestorePoint, source: string): ReadonlyArray<SplitState> | null => {
  const lists = allLists(point).filter((list) => list.operator === source && list.name === splitsList)
  if (lists.length === 0) return null
  return lists.flatMap((list) => list.items.map(splitStateOf)).sort((a, b) => a.order - b.order)
}

/** The items of a list of an operator, over all former subtasks. */
export const restoredItems = (
  point: RestorePoint,
  list: { readonly operator: string; readonly name: string }
): ReadonlyArray<Json> =>
  allLists(point)
    .filter(({ name, operator }) => operator === list.operator && name === list.name)
    .flatMap(({ items }) => items)

export const restoredTransactions = (point: RestorePoint, sink: string): ReadonlyArray<Prepared> =>
  preparedIn(allLists(point), sink)

/** The lowest watermark of the former subtasks of some tasks: none of their windows may fire twice (S22). */
export const restoredWatermark = (
  point: RestorePoint,
  tasks: ReadonlyArray<string>,
  listName = watermarkList
): Timestamp => {
  const lists = allLists(point).filter(({ name, operator }) => name === listName && tasks.includes(operator))
  if (lists.length === 0) return minWatermark
  const lowest = Math.min(
    ...lists.map(({ items: [watermark] }) => (typeof watermark === "number" ? watermark : minWatermark))
  )
  // The end of time comes anew with the end of data; where a drained job is made to go on, it is taken back.
  return lowest === maxWatermark ? minWatermark : lowest
}
