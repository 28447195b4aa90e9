/** What generated chains offer beside records and event time: processing time, and lists with the end of data. */
import { Effect } from "effect"
import type { ChainLists, RestoredItems } from "../operator/ChainHooks.ts"
import type { ChainCode } from "../operator/OperatorStep.ts"
import type { TaskPlan } from "./PhysicalPlan.ts"

interface HookOptions {
  readonly task: TaskPlan
  readonly codes: ReadonlyArray<ChainCode>
  /** Code to run behind all. */
  readonly written: string
}

/** Code that declares `clock`; empty where no step asks for it. */
export const emitClock = ({ codes, task, written }: HookOptions): string => {
  const clocks = task.steps.flatMap(({ clock }, index) => {
    const code = codes[index]
    return clock === undefined || code === undefined ? [] : [{ clock, code, index }]
  })
  if (clocks.length === 0) return ""
  const names = { now: "to", watermark: "watermark" }
  const advances = clocks.map(({ clock, code, index }) => `${entering(index)}${clock.emitAdvance(code, names)}\n`)
  const nexts = clocks.map(({ clock, code }) => clock.emitNext(code))
  return `let now = -Infinity
const clock = {
advance: (to) => {
if (!(to > now)) return
now = to
try {
${advances.join("")}} catch (error) {
throw fail(error, { step: at, position: clockPosition(to), record: firing })
}${written}
},
next: () => Math.min(${nexts.join(", ")})
}
`
}

/** Code that declares `lists`; empty where no step keeps any. */
export const emitLists = ({ codes, task, written }: HookOptions): string => {
  const names = task.steps.flatMap(({ lists }, index) => {
    const code = codes[index]
    return lists === undefined || code === undefined ? [] : [{ name: lists(code), index }]
  })
  if (names.length === 0) return ""
  const ends = names.map(({ index, name }) => `${entering(index)}${name}.end(watermark)\n`)
  const all = `[${names.map(({ name }) => name).join(", ")}]`
  return `const lists = {
lists: () => ${all}.flatMap((each) => each.lists()),
restore: (itemsOf) => restoreLists(${all}, itemsOf),
end: () => {
try {
${ends.join("")}} catch (error) {
throw fail(error, { step: at, position: endPosition, record: firing })
}${written}
}
}
`
}

const entering = (index: number): string => `at = ${index}\nfiring = undefined\n`

export const restoreLists = (
  lists: ReadonlyArray<ChainLists>,
  itemsOf: RestoredItems
): ReturnType<ChainLists["restore"]> => Effect.forEach(lists, (each) => each.restore(itemsOf), { discard: true })
