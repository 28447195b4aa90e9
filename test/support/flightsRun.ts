/** What must hold of a flights job's directories, whenever its process is killed, and when it has ended. */
import { join } from "node:path"
import { FileStorage } from "@tidemark/backends/file"
import { verifyJob } from "@tidemark/core/inspect"
import { readLog } from "@tidemark/core/storage"
import { Effect } from "effect"
import { expect } from "vitest"
import { temporaryDirectory } from "../conformance/storageSubjects.ts"
import { visibleFlights } from "./flightsOracle.ts"

export interface FlightsDirectories {
  readonly checkpoints: string
  readonly out: string
}

/** Removed with the scope. */
export const flightsDirectories = Effect.map(
  temporaryDirectory,
  (directory): FlightsDirectories => ({ checkpoints: join(directory, "checkpoints"), out: join(directory, "out") })
)

/**
 * At any time: nothing visible but what belongs there, each line once, and every completed checkpoint is whole. Answers
 * how many lines are visible and which checkpoint the last process resumed from.
 */
export const expectSoundFlights = (
  { checkpoints, out }: FlightsDirectories,
  { expected, where }: { readonly expected: ReadonlySet<string>; readonly where: string }
) =>
  Effect.gen(function* () {
    const { foreign, highest, lines } = visibleFlights(out)
    expect(foreign, where).toEqual([])
    expect(new Set(lines).size, `${where}: lines are doubled`).toBe(lines.length)
    expect(
      lines.filter((line) => !expected.has(line)),
      `${where}: lines that do not belong`
    ).toEqual([])
    const storage = FileStorage.at(checkpoints)
    const jobs = yield* storage.jobs
    if (jobs.length === 0) {
      expect(lines, where).toEqual([])
      return { lines: 0, resumedFrom: null }
    }
    const reader = yield* storage.inspect("flight-delays")
    yield* verifyJob(reader)
    const { entries, view } = yield* readLog(reader)
    // Rule 8: nothing is visible of a checkpoint that is not completed.
    expect(highest, where).toBeLessThanOrEqual(view.completed.at(-1)?.manifest.id ?? 0)
    const claim = entries.findLast(({ entry }) => entry._tag === "Claim")?.entry
    return { lines: lines.length, resumedFrom: claim?._tag === "Claim" ? claim.resumesFrom : null }
  })

/** At the end: the very lines of the uninterrupted run, and nothing but the files that hold them. */
export const expectFinishedFlights = (
  directories: FlightsDirectories,
  { expected, where }: { readonly expected: ReadonlyArray<string>; readonly where: string }
) =>
  Effect.gen(function* () {
    yield* expectSoundFlights(directories, { expected: new Set(expected), where })
    const { hidden, lines } = visibleFlights(directories.out)
    expect(lines.join("\n"), where).toBe(expected.join("\n"))
    expect(hidden, `${where}: left behind`).toEqual([])
    const airportDays = lines.map((line) => line.slice(0, line.indexOf(',"flights"')))
    expect(new Set(airportDays).size, `${where}: airport-days are doubled`).toBe(lines.length)
  })
