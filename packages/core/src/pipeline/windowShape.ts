/** What a window comes to in milliseconds and in words, and what is wrong with it. */
import type { Window } from "../operator/Window.ts"
import { durationInputText, durationText, wholeMillis } from "./durations.ts"

export interface WindowShape {
  readonly problems: ReadonlyArray<string>
  readonly sizeMs: number
  /** Null where windows neither overlap nor leave gaps. */
  readonly everyMs: number | null
  /** Recorded with every checkpoint: a window of another shape is another operator. */
  readonly kind: string
}

/** With problems the numbers are of no use, but safe to compile with. */
export const windowShape = (uid: string, window: Window): WindowShape => {
  const size = positiveMillis(window.size)
  const tumbling = { sizeMs: size ?? 1, everyMs: null, kind: `tumbling window of ${durationText(size ?? 0)}` }
  const wrong = (what: string): string =>
    `Window "${uid}" ${what}; it must be a positive, whole number of milliseconds.`
  const sizeProblems = size === null ? [wrong(`has size ${durationInputText(window.size)}`)] : []
  if (window._tag === "Tumbling") return { ...tumbling, problems: sizeProblems }
  const every = positiveMillis(window.every)
  const everyText = durationInputText(window.every)
  if (every === null) return { ...tumbling, problems: [...sizeProblems, wrong(`begins every ${everyText}`)] }
  if (size === null) return { ...tumbling, problems: sizeProblems }
  if (every > size) {
    const problem = `Window "${uid}" of ${durationText(size)} begins every ${durationText(every)} only, so that some records belong to no window; make the interval at most the size.`
    return { ...tumbling, problems: [problem] }
  }
  if (every === size) return { ...tumbling, problems: [] }
  const kind = `sliding window of ${durationText(size)} every ${durationText(every)}`
  return { sizeMs: size, everyMs: every, kind, problems: [] }
}

const positiveMillis = (input: Window["size"]): number | null => {
  const millis = wholeMillis(input)
  return millis === null || millis <= 0 ? null : millis
}
