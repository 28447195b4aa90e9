/** `tidemark state get` and `state export`: entries of a checkpoint's states as lines of JSON. */
import { once } from "node:events"
import { StateUnknown } from "@tidemark/core"
import { checkSelection, listStates, readState, type StateEntry, type StateSelection } from "@tidemark/core/inspect"
import { Console, Effect, Stream } from "effect"
import type { Place } from "../checkpoints/openJobs.ts"
import { type ChosenCheckpoint, chooseCheckpoint } from "./chosenCheckpoint.ts"

export interface EntriesRequest {
  readonly checkpoint: number | null
  readonly operator: string | null
  readonly state: string | null
}

/** Fails: for an operator or state that the checkpoint does not hold, naming those that it does. */
export const exportState = Effect.fnUntraced(function* (place: Place, request: EntriesRequest) {
  yield* print(yield* chooseCheckpoint(place, request.checkpoint), { ...request, key: null })
})

/** Fails: as {@link exportState}, and for a key without entries. */
export const getState = Effect.fnUntraced(function* (place: Place, request: EntriesRequest & { readonly key: string }) {
  const chosen = yield* chooseCheckpoint(place, request.checkpoint)
  const printed = yield* print(chosen, request)
  if (printed > 0) return
  const { job, manifest, reader } = chosen
  const some = yield* Stream.runCollect(
    Stream.take(
      Stream.filter(readState(reader, manifest, { ...request, key: null }), (entry) => "key" in entry),
      5
    )
  )
  const available = some.map(keyText)
  const of = `operator "${request.operator}"${request.state === null ? "" : `, state "${request.state}"`}`
  return yield* new StateUnknown({
    job,
    checkpoint: manifest.id,
    named: `key ${JSON.stringify(request.key)} of ${of}`,
    available: available.length < 5 ? available : [...available.slice(0, 4), "and others"]
  })
})

const keyText = (entry: StateEntry): string =>
  "key" in entry ? `key ${typeof entry.key === "string" ? entry.key : JSON.stringify(entry.key)}` : ""

/** Answers how many entries were printed. */
const print = Effect.fnUntraced(function* ({ manifest, reader }: ChosenCheckpoint, selection: StateSelection) {
  if (selection.operator !== null || selection.state !== null) {
    yield* checkSelection(manifest, selection, yield* listStates(reader, manifest))
  }
  let printed = 0
  yield* Stream.runForEachArray(readState(reader, manifest, selection), (entries) => {
    printed += entries.length
    return Effect.andThen(Console.log(entries.map((entry) => JSON.stringify(entry)).join("\n")), outputTaken)
  })
  return printed
})

/** Waits until whoever reads the output has taken what was written. */
const outputTaken: Effect.Effect<void> = Effect.suspend(() =>
  process.stdout.writableNeedDrain ? Effect.asVoid(Effect.promise(() => once(process.stdout, "drain"))) : Effect.void
)
