/** What a restored checkpoint says of the inputs and targets of a plan, over all former subtasks. */
import { minWatermark, type Timestamp } from "../model/time.ts"
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

export const restoredTransactions = (point: RestorePoint, sink: string): ReadonlyArray<Prepared> =>
  preparedIn(allLists(point), sink)

/** The lowest watermark of the former subtasks of some tasks: none of their windows may fire twice (S22). */
export const restoredWatermark = (point: RestorePoint, tasks: ReadonlyArray<string>): Timestamp => {
  const lists = allLists(point).filter(({ name, operator }) => name === watermarkList && tasks.includes(operator))
  if (lists.length === 0) return minWatermark
  return Math.min(...lists.map(({ items: [watermark] }) => (typeof watermark === "number" ? watermark : minWatermark)))
}
