/** `tidemark checkpoints diff`: what has changed from one checkpoint to another. */
import { type CheckpointDiff, diffCheckpoints as diff } from "@tidemark/core/inspect"
import type { Manifest } from "@tidemark/core/storage"
import { Console, Effect, Schema } from "effect"
import { bytesText, countText, tableText } from "../output/format.ts"
import { chooseCheckpoints } from "../state/chosenCheckpoint.ts"
import type { Place } from "./openJobs.ts"

export const diffCheckpoints = Effect.fnUntraced(function* (
  place: Place,
  options: { readonly from: number; readonly to: number; readonly isJson: boolean }
) {
  const [before, after] = yield* chooseCheckpoints(place, [options.from, options.to])
  if (before === undefined || after === undefined) return
  const { job, reader } = before
  const changes = yield* diff(reader, before.manifest, after.manifest)
  const operators = operatorsDiff(before.manifest, after.manifest)
  const shown = { job, from: before.manifest, to: after.manifest, operators, ...changes }
  yield* Console.log(options.isJson ? JSON.stringify(jsonOf(shown), null, 2) : textOf(shown))
})

interface Shown extends CheckpointDiff {
  readonly job: string
  readonly from: Manifest
  readonly to: Manifest
  readonly operators: { readonly added: ReadonlyArray<string>; readonly removed: ReadonlyArray<string> }
}

const Operators = Schema.Array(Schema.Struct({ uid: Schema.String }))
const decodeOperators = Schema.decodeUnknownOption(Operators)

const operatorsDiff = (before: Manifest, after: Manifest): Shown["operators"] => {
  const [old, now] = [uidsOf(before), uidsOf(after)]
  return { added: now.filter((uid) => !old.includes(uid)), removed: old.filter((uid) => !now.includes(uid)) }
}

const uidsOf = ({ operators }: Manifest): ReadonlyArray<string> => {
  const decoded = decodeOperators(operators)
  return decoded._tag === "Some" ? decoded.value.map(({ uid }) => uid) : []
}

const jsonOf = ({ from, job, operators, positions, states, to }: Shown) => {
  const summary = ({ at, bytes, id, kind, parallelism, records }: Manifest) => ({
    id,
    kind,
    at,
    records,
    bytes,
    parallelism
  })
  return { job, from: summary(from), to: summary(to), operators, states, positions }
}

const textOf = ({ from, job, operators, positions, states, to }: Shown): string =>
  [
    `job "${job}": checkpoint ${from.id} (${from.kind}, ${from.at}) to ${to.id} (${to.kind}, ${to.at})`,
    `  records      ${countText(from.records)} to ${countText(to.records)} (${signed(to.records - from.records)})`,
    `  written      ${bytesText(from.bytes)} and ${bytesText(to.bytes)}`,
    ...(from.parallelism === to.parallelism ? [] : [`  parallelism  ${from.parallelism} to ${to.parallelism}`]),
    ...operators.added.map((uid) => `  operator "${uid}" is new`),
    ...operators.removed.map((uid) => `  operator "${uid}" is gone`),
    ...(states.length === 0 ? [] : ["", ...stateLines(states)]),
    ...(positions.length === 0 ? [] : ["", ...positionLines(positions)])
  ].join("\n")

const stateLines = (states: Shown["states"]): ReadonlyArray<string> => {
  const head = ["operator", "state", "entries", "added", "changed", "removed", "size"]
  const rows = states.map(({ added, bytes, changed, entries, operator, removed, state }) => [
    operator,
    state,
    arrow(entries.map(countText)),
    countText(added),
    countText(changed),
    countText(removed),
    arrow(bytes.map(bytesText))
  ])
  return tableText([head, ...rows], [3, 4, 5]).split("\n")
}

const positionLines = (positions: Shown["positions"]): ReadonlyArray<string> => {
  const head = ["source", "split", "records", "position"]
  const rows = positions.map(({ isFinished, operator, position, records, split }) => [
    operator,
    split,
    signed(records[1] - records[0]),
    arrow(position.map((at, i) => (isFinished[i] ? "finished" : at === null ? "not begun" : JSON.stringify(at))))
  ])
  return tableText([head, ...rows], [2]).split("\n")
}

const arrow = ([from = "", to = ""]: ReadonlyArray<string>): string => (from === to ? from : `${from} -> ${to}`)

const signed = (count: number): string => `${count < 0 ? "-" : "+"}${countText(Math.abs(count))}`
