/** `tidemark state list`: the states that a checkpoint holds. */
import { listStates, type StateSummary } from "@tidemark/core/inspect"
import { Console, Effect } from "effect"
import type { Place } from "../checkpoints/openJobs.ts"
import { bytesText, countText, tableText } from "../output/format.ts"
import { chooseCheckpoint } from "./chosenCheckpoint.ts"

export const listState = Effect.fnUntraced(function* (
  place: Place,
  options: { readonly checkpoint: number | null; readonly isJson: boolean }
) {
  const { manifest, reader } = yield* chooseCheckpoint(place, options.checkpoint)
  const states = yield* listStates(reader, manifest)
  yield* Console.log(options.isJson ? JSON.stringify(states, null, 2) : listText(manifest, states))
})

const listText = (
  { id, pipeline }: { readonly id: number; readonly pipeline: string },
  states: ReadonlyArray<StateSummary>
): string => {
  if (states.length === 0) return `Checkpoint ${id} of job "${pipeline}" holds no state.`
  const head = ["operator", "state", "kind", "layout", "entries", "size", "key", "value"]
  const rows = states.map(({ bytes, entries, key, kind, layout, operator, state, value }) => [
    operator,
    state,
    kind,
    layout,
    countText(entries),
    bytes === null ? "-" : bytesText(bytes),
    key ?? "-",
    value ?? "-"
  ])
  return tableText([head, ...rows], [4, 5])
}
