/** What the subtasks of a worker thread share: the same as in the coordinator's thread, told over the port. */
import type { Clock } from "effect"
import type { ObjectStorage } from "../../../storage/CheckpointStorage.ts"
import type { AttemptContext } from "../../AttemptContext.ts"
import { tellFailure } from "./failures.ts"
import type { FromWorker, WorkerOrder } from "./messages.ts"

export const workerContext = (options: {
  readonly order: WorkerOrder
  readonly storage: ObjectStorage
  readonly clock: Clock.Clock
  readonly tell: (message: FromWorker) => void
  /** Tells what was counted so far. */
  readonly tellTotals: () => void
}): AttemptContext => {
  const { clock, order, storage, tell, tellTotals } = options
  const { attempt } = order
  let captures = 0
  return {
    job: attempt.job,
    attempt: attempt.number,
    term: attempt.term,
    restored: attempt.restored,
    isDrained: attempt.isDrained,
    storage,
    clock,
    stats: { measured: (id, subtask, measure) => tell({ _tag: "Measured", id, subtask, measure }) },
    counter: {
      add: (records) => {
        if (order.isCounting) tell({ _tag: "Counted", records })
      }
    },
    encoding: {
      begin: () => {
        const capture = ++captures
        tell({ _tag: "EncodingBegan", capture })
        let isOpen = true
        return () => {
          if (isOpen) tell({ _tag: "EncodingEnded", capture })
          isOpen = false
        }
      }
    },
    inspect: order.isInspected ? (inspection) => tell({ _tag: "Inspected", inspection }) : null,
    tellCoordinator: (event) => {
      tellTotals()
      tell({ _tag: "ToCoordinator", event })
    },
    tellJob: (event) => {
      tellTotals()
      tell({ _tag: "ToJob", event })
    },
    fail: (failure) => {
      tellTotals()
      tell({ _tag: "Failed", failure: tellFailure(failure) })
    }
  }
}
