/**
 * A `mapAsync` in a chain: it passes records on, for those that it is given are results already. The calls are made by the
 * task's input, see runtime/async/AsyncInput.ts; a task begins with this step or has none.
 */
import type { AsyncMap } from "./mapAsync.ts"
import type { OperatorStep } from "./OperatorStep.ts"

export const mapAsyncStep = (asyncMap: AsyncMap): OperatorStep => ({
  uid: asyncMap.uid,
  kind: "mapAsync",
  description: `asynchronous map, ${asyncMap.isOrdered ? "ordered" : "unordered"}, up to ${asyncMap.capacity} at a time`,
  states: [],
  asyncMap,
  emit: (_code, record, next) => next(record),
  interpret: (_context, next) => ({ record: next })
})
