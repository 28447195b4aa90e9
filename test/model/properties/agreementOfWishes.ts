/** What a coordinator still has to do for those who asked: see agreement.ts. */
import { always } from "../../../packages/checker/src/property/Property.ts"
import type { ModelProperty } from "./ModelProperty.ts"

export const A22: ModelProperty = {
  id: "A22",
  sentence: "wishes for checkpoints outlive neither the attempt nor its end, and a savepoint on its way is pending",
  of: (protocol, name) =>
    protocol.processes.map((process) =>
      always(name(process.coordinator.name), (view) => {
        const coordinator = view.of(process.coordinator)?.machine.owner
        if (coordinator === undefined) return true
        const { manualWanted, pending, savepoints, savepointsWanted } = coordinator.context
        if (!savepoints.every((id) => pending.includes(id))) return `savepoints ${savepoints.join()} are not pending`
        if (coordinator.matches({ active: "regular" }) || manualWanted + savepointsWanted === 0) return true
        return `${manualWanted} checkpoints and ${savepointsWanted} savepoints are still wanted`
      })
    ),
  witness: (protocol) => (view) =>
    protocol.processes.some(
      (process) => (view.of(process.coordinator)?.machine.owner.context.savepoints.length ?? 0) > 0
    )
}
