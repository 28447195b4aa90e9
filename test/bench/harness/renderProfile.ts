/** The top of a CPU profile as text. */
import type { Profiler } from "node:inspector"
import { fileURLToPath } from "node:url"
import { renderCells } from "./render.ts"

const rowsMax = 25
const idle = "(idle)"
const collector = "(garbage collector)"

/** Functions by self time, with their share of the time that was not idle, and the share of garbage collection. */
export const renderProfile = (title: string, profile: Profiler.Profile): string => {
  const times = selfTimes(profile)
  const idleTime = times.get(idle) ?? 0
  const total = [...times.values()].reduce((sum, time) => sum + time, 0)
  const busy = Math.max(1, total - idleTime)
  const share = (time: number, of: number): string => `${((time / of) * 100).toFixed(1)} %`
  const rows = [...times]
    .filter(([name]) => name !== idle)
    .sort(([, a], [, b]) => b - a)
    .slice(0, rowsMax)
    .map(([name, time]) => [share(time, busy), `${(time / 1000).toFixed(0)} ms`, name])
  return [
    renderCells(title, rows, (column) => column === 2),
    `Garbage collection: ${share(times.get(collector) ?? 0, busy)} of ${(busy / 1000).toFixed(0)} ms; idle: ${share(idleTime, Math.max(1, total))} of the time.`
  ].join("\n\n")
}

/** Microseconds by function. */
const selfTimes = ({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): ReadonlyMap<string, number> => {
  const names = new Map(nodes.map(({ callFrame, id }) => [id, nameOf(callFrame)]))
  const times = new Map<string, number>()
  for (const [index, sample] of samples.entries()) {
    const name = names.get(sample)
    // The delta before a sample is the time since the one before, in which that one ran.
    const time = timeDeltas[index + 1] ?? 0
    if (name !== undefined) times.set(name, (times.get(name) ?? 0) + Math.max(0, time))
  }
  return times
}

/** Functions of one place are one: a generated chain has a place of its own for every instance. */
const nameOf = ({ columnNumber, functionName, lineNumber, url }: Profiler.Profile["nodes"][number]["callFrame"]) => {
  const name = functionName === "" ? "(anonymous)" : functionName
  if (url === "") return name
  const path = url.startsWith("file:") ? fileURLToPath(url).replace(`${process.cwd()}/`, "") : url
  return `${name}  ${path}:${lineNumber + 1}:${columnNumber + 1}`
}
