/** `tidemark checkpoints show`: one checkpoint with its operators, states and positions. */
import { CheckpointUnknown } from "@tidemark/core"
import { type CheckpointContent, readCheckpoint } from "@tidemark/core/inspect"
import type { Manifest } from "@tidemark/core/storage"
import { Console, Effect, Schema } from "effect"
import { bytesText, countText, millisText } from "../output/format.ts"
import { openOneJob, type Place } from "./openJobs.ts"
import { type ListedCheckpoint, objectsOf, readCheckpoints } from "./readCheckpoints.ts"

/** Fails: for an id that the log does not know, and for damaged state objects. */
export const showCheckpoint = Effect.fnUntraced(function* (
  place: Place,
  options: { readonly id: number; readonly isJson: boolean }
) {
  const open = yield* openOneJob(place)
  const { checkpoints } = yield* readCheckpoints(open)
  const found = checkpoints.find(({ manifest }) => manifest.id === options.id)
  if (found === undefined) {
    const available = checkpoints
      .filter(({ listed }) => listed.state === "completed")
      .map(({ manifest }) => manifest.id)
    return yield* new CheckpointUnknown({ job: open.job, checkpoint: options.id, available })
  }
  const content = yield* readCheckpoint(open.reader, found.manifest)
  const shown = { ...found, content }
  yield* Console.log(options.isJson ? JSON.stringify(shownJson(shown), null, 2) : shownText(shown))
})

interface Shown {
  readonly listed: ListedCheckpoint
  readonly manifest: Manifest
  readonly content: CheckpointContent
}

const shownJson = ({ content, listed, manifest }: Shown) => ({
  ...listed,
  term: manifest.term,
  keyGroups: manifest.keyGroups,
  tasks: manifest.tasks,
  operators: manifest.operators,
  states: content.states,
  splits: content.splits
})

/** What the text shows of the operators in a manifest. */
const Operators = Schema.Array(Schema.Struct({ uid: Schema.String, kind: Schema.String }))
const decodeOperators = Schema.decodeUnknownOption(Operators)

const shownText = ({ content, listed, manifest }: Shown): string => {
  const operators = decodeOperators(manifest.operators)
  const objects = manifest.tasks.flatMap((task) => task.subtasks).length
  const restored = objectsOf(manifest).size
  return [
    `checkpoint ${listed.id} (${listed.kind}) of job "${listed.job}"`,
    `  state        ${listed.state}${listed.reason === null ? "" : ` (${listed.reason})`}`,
    `  completed    ${listed.at}, ${millisText(listed.durationMs)} after its trigger`,
    `  records      ${countText(listed.records)}`,
    `  size         ${bytesText(listed.bytes)} in ${countText(objects)} objects`,
    ...(restored === objects || listed.restoreBytes === null
      ? []
      : [`  a restore    reads ${bytesText(listed.restoreBytes)} in ${countText(restored)} objects`]),
    `  parallelism  ${listed.parallelism} (${manifest.keyGroups} key groups)`,
    `  log entry    ${listed.path}`,
    ...(operators._tag === "Some" ? operators.value.flatMap((operator) => operatorLines(operator, content)) : [])
  ].join("\n")
}

const operatorLines = (
  { kind, uid }: { readonly uid: string; readonly kind: string },
  { splits, states }: CheckpointContent
): ReadonlyArray<string> => [
  `  ${kind} "${uid}"`,
  ...states
    .filter(({ operator }) => operator === uid)
    .map(
      ({ bytes, deltaBytes, entries, state }) =>
        `    state "${state}": ${countText(entries)} entries, ${bytesText(bytes)}` +
        `${deltaBytes === 0 ? "" : `, ${bytesText(deltaBytes)} of them in deltas`}`
    ),
  ...splits
    .filter(({ operator }) => operator === uid)
    .map(
      ({ isFinished, position, records, split }) =>
        `    split ${split}: ${countText(records)} records, ` +
        `${isFinished ? "finished" : position === null ? "not begun" : `at ${JSON.stringify(position)}`}`
    )
]
