/** The input of a task that begins with a `mapAsync`, restored. */
import { Effect } from "effect"
import type { Timestamp } from "../../model/time.ts"
import type { AsyncMap } from "../../operator/mapAsync.ts"
import type { ChannelReceiver } from "../ChannelEnds.ts"
import { restoredItems, restoredWatermark } from "../restoredLists.ts"
import type { RestorePoint } from "../restorePoint.ts"
import type { Signal } from "../Signal.ts"
import { ExchangeInput } from "../TaskInput.ts"
import { inFlightList, openAsyncInput, restoredInFlight, takenWatermarkList } from "./AsyncInput.ts"

/** Records in work are dealt out anew; the time behind them is that of the subtask that was furthest behind. */
export const openAsync = Effect.fnUntraced(function* (options: {
  readonly asyncMap: AsyncMap
  readonly tasks: ReadonlyArray<string>
  readonly index: number
  readonly parallelism: number
  readonly point: RestorePoint
  readonly signal: Signal
  readonly channels: ReadonlyArray<ChannelReceiver>
  readonly watermarkNow: () => Timestamp
}) {
  const { asyncMap, channels, index, parallelism, point, signal, tasks, watermarkNow } = options
  const taken = restoredWatermark(point, [asyncMap.uid], takenWatermarkList)
  const items = restoredItems(point, { operator: asyncMap.uid, name: inFlightList })
  return yield* openAsyncInput({
    ...{ asyncMap, tasks, taken, subtask: index },
    input: new ExchangeInput({ tasks, channels, watermark: taken }),
    inFlight: yield* restoredInFlight(
      asyncMap,
      items.filter((_, i) => i % parallelism === index)
    ),
    emittedWatermark: watermarkNow,
    wake: () => signal.notify()
  })
})
