/** What an action of the traced system would have written into the trace. */
import type { Observe } from "../../../packages/checker/src/conformance/Conformance.ts"
import type { ComponentOf, View } from "../../../packages/checker/src/system/View.ts"
import { foundEntry, type TraceLine } from "../TraceLine.ts"
import type { Teller } from "./actor.ts"
import { runLog } from "./runLog.ts"
import type { TracedSystem } from "./tracedSystem.ts"

/** Actors tell themselves; the visitor finds the log as it stands, and objects that the facts judge. */
export const observeTraced = ({ coordinator, job, subtasks, visitor }: TracedSystem): Observe<TraceLine> => {
  const actors = new Map<string, ComponentOf<Teller>>(
    [job, coordinator, ...subtasks].map((actor) => [actor.name, actor])
  )
  const told = (name: string, after: View): TraceLine | null => {
    const actor = actors.get(name)
    return actor === undefined ? null : (after.of(actor)?.line ?? null)
  }
  return (_before, action, after) => {
    switch (action._tag) {
      case "Crash":
        return { _tag: "Gone" }
      case "Deliver": // calls of the visitor tell nothing
        return told(action.to, after)
      case "Timer":
        return told(action.component, after)
      case "Internal": {
        if (action.component !== visitor.name) return told(action.component, after)
        const log = after.resource(runLog).entries.map(foundEntry)
        return { _tag: "Found", log, objects: after.of(visitor)?.objects ?? [] }
      }
      default:
        return null
    }
  }
}
