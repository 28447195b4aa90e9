/** How runs end: nothing hangs, and every way to end is seen. */
import { sometimes, terminal } from "../../../packages/checker/src/property/Property.ts"
import type { View } from "../../../packages/checker/src/system/View.ts"
import type { ProcessParts, Protocol } from "../system/protocolSystem.ts"
import { jobOf } from "./reading.ts"

/** `down`: the process has crashed and nobody starts it again, or it was never started. */
const states = ["finished", "stopped", "cancelled", "failed", "down"] as const

type Ending = (typeof states)[number]

const endingOf = (process: ProcessParts, view: View): Ending | null => {
  const job = jobOf(process, view)
  if (job === undefined) return "down"
  return states.find((state) => state !== "down" && job.matches(state)) ?? null
}

export const endings = {
  states: { finished: true, stopped: true, cancelled: true, failed: true, down: true } satisfies Record<Ending, true>,
  of: (protocol: Protocol, expected: ReadonlyArray<Ending>) => [
    terminal("every run ends", (view) => {
      for (const process of protocol.processes) {
        const ending = endingOf(process, view)
        if (ending === null) return `${process.name} hangs at ${JSON.stringify(jobOf(process, view)?.value)}`
        if (!expected.includes(ending)) return `${process.name} has ${ending}`
      }
      return true
    }),
    ...expected.map((ending) =>
      sometimes(`a run ends as ${ending}`, (view) =>
        protocol.processes.some((process) => endingOf(process, view) === ending)
      )
    )
  ]
}
