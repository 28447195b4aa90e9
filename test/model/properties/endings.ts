/** How runs end: nothing hangs, and every way to end is seen. */
import { sometimes, terminal } from "../../../packages/checker/src/property/Property.ts"
import type { View } from "../../../packages/checker/src/system/View.ts"
import type { ProcessParts } from "../system/ProcessParts.ts"
import type { Protocol } from "../system/protocolSystem.ts"
import { allTasks, jobOf, pendingOf } from "./reading.ts"

/**
 * `down`: a process that was never started. `running`: input without an end, where nothing more happens; nothing is
 * pending and nobody waits for a barrier.
 */
export type Ending = "finished" | "stopped" | "cancelled" | "failed" | "running" | "down"

const ended = ["finished", "stopped", "cancelled", "failed"] as const

const endingOf = (protocol: Protocol, process: ProcessParts, view: View): Ending | null => {
  const job = jobOf(process, view)
  if (job === undefined) return "down"
  const isOpen = !protocol.settings.hasEnd && job.matches({ running: "flowing" })
  if (isOpen && pendingOf(process, view).length === 0 && !isAligning(protocol, process, view)) return "running"
  return ended.find((state) => job.matches(state)) ?? null
}

const isAligning = (protocol: Protocol, process: ProcessParts, view: View): boolean =>
  allTasks(protocol).some((found) => {
    const machine = view.of(found.component)?.machine.owner
    return found.process === process && (machine?.context.barrier ?? null) !== null
  })

export const endingsOf = (protocol: Protocol, expected: ReadonlyArray<Ending>) => [
  terminal("every run ends, in one of the ways that are listed", (view) => {
    for (const process of protocol.processes) {
      const ending = endingOf(protocol, process, view)
      if (ending === null) return `${process.name} hangs at ${JSON.stringify(jobOf(process, view)?.value)}`
      if (!expected.includes(ending)) return `${process.name} ends as ${ending}`
    }
    return true
  }),
  ...expected.map((ending) =>
    sometimes(`a run ends as ${ending}`, (view) =>
      protocol.processes.some((process) => endingOf(protocol, process, view) === ending)
    )
  )
]
