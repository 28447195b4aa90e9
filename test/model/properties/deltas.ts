/** S26, S27: what a checkpoint may refer to, and what comes of it. */
import { always, step } from "../../../packages/checker/src/property/Property.ts"
import type { View } from "../../../packages/checker/src/system/View.ts"
import type { CheckpointId } from "../../../packages/core/src/model/ids.ts"
import type { Manifest } from "../../../packages/core/src/storage/LogEntry.ts"
import { objectsFor, objectsOf, snapshotFor } from "../system/entries.ts"
import type { ProcessParts } from "../system/ProcessParts.ts"
import { tasksOf } from "../system/plan.ts"
import type { Protocol } from "../system/protocolSystem.ts"
import { nameOfObject, type Position, truthOf } from "../system/snapshots.ts"
import type { ModelProperty } from "./ModelProperty.ts"
import { allTasks, manifestsIn } from "./reading.ts"

const pendingParts = (process: ProcessParts, view: View) =>
  (view.of(process.coordinator)?.machine.parts ?? [])
    .map(({ snapshot }) => snapshot)
    .filter((snapshot) => snapshot.matches("pending"))

/** The term whose claim has reserved an id. */
const termOf = (protocol: Protocol, view: View, id: CheckpointId): number | undefined =>
  view
    .resource(protocol.log)
    .entries.map(({ entry }) => entry)
    .find((entry) => entry._tag === "Claim" && entry.idsReserved.from <= id && id < entry.idsReserved.to)?.term

/** What another process has claimed is not ours to keep. */
const isTakenOver = (protocol: Protocol, process: ProcessParts, view: View): boolean =>
  view.resource(protocol.log).entries.some(({ entry }) => entry._tag === "Claim" && entry.holder !== process.name)

const lostObject = (protocol: Protocol, view: View, manifest: Manifest): string | undefined => {
  if (protocol.settings.config.capturesArePrompt ?? false) return undefined
  const { objects } = view.resource(protocol.store)
  return objectsOf(manifest).find((object) => !objects.includes(object))
}

const baseProblem = (
  protocol: Protocol,
  view: View,
  { id, base }: { readonly id: CheckpointId; readonly base: CheckpointId }
): string | null => {
  if (!view.history(protocol.history).completed.includes(base))
    return `${id} is based on ${base}, which is not completed`
  const manifest = manifestsIn(view.resource(protocol.log)).find((found) => found.id === base)
  if (manifest === undefined) return `${id} is based on ${base}, which does not stand`
  if (manifest.term !== termOf(protocol, view, id)) return `${id} is based on ${base} of term ${manifest.term}`
  const lost = lostObject(protocol, view, manifest)
  return lost === undefined ? null : `${id} is based on ${base}, which has lost ${nameOfObject(lost)}`
}

export const S26: ModelProperty = {
  id: "S26",
  sentence:
    "the base of a pending checkpoint was completed in the same attempt; it stands, and all that it refers to is there",
  of: (protocol, name) => [
    ...protocol.processes.map((process) =>
      always(name(process.name), (view) => {
        for (const { context } of pendingParts(process, view)) {
          const { id, base } = context.barrier
          if (base === null || isTakenOver(protocol, process, view)) continue
          const problem = baseProblem(protocol, view, { id, base })
          if (problem !== null) return problem
        }
        return true
      })
    ),
    ...allTasks(protocol).map(({ component }) =>
      always(
        name(`known to ${component.name}`),
        (view) => view.of(component)?.plane.broken.find((text) => text.startsWith("S26")) ?? true
      )
    )
  ],
  /** A checkpoint is pending whose base would be retired by now. */
  witness: (protocol) => (view) =>
    protocol.processes.some((process) => {
      const bases = pendingParts(process, view).flatMap(({ context }) => context.barrier.base ?? [])
      const retained = view.of(process.coordinator)?.machine.owner.context.retained ?? []
      return retained.slice(0, -protocol.settings.policy.retained).some((id) => bases.includes(id))
    })
}

const sameCounts = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean =>
  [...Object.keys(a), ...Object.keys(b)].every((key) => a[key] === b[key])

const isSamePosition = (a: Position, b: Position): boolean =>
  a.offset === b.offset && sameCounts(a.taken, b.taken) && sameCounts(a.sent, b.sent) && sameCounts(a.seen, b.seen)

export const S27: ModelProperty = {
  id: "S27",
  sentence: "a delta refers only to what its base refers to, and laid over it is the state at its barrier",
  of: (protocol, name) => [
    always(name(), (view) => {
      for (const manifest of manifestsIn(view.resource(protocol.log))) {
        for (const task of tasksOf(protocol.settings.plan)) {
          const own = objectsFor(manifest, task).at(-1)
          const [snapshot, truth] = [snapshotFor(manifest, task), own === undefined ? null : truthOf(own)]
          if (snapshot !== null && truth !== null && !isSamePosition(snapshot, truth))
            return `${task} in ${manifest.id} comes to ${JSON.stringify(snapshot)}, and was at ${JSON.stringify(truth)}`
        }
      }
      return true
    }),
    ...protocol.processes.flatMap((process) => [
      always(name(`handles of ${process.name}`), (view) => {
        for (const { context } of pendingParts(process, view)) {
          const base = manifestsIn(view.resource(protocol.log)).find(({ id }) => id === context.barrier.base)
          for (const { subtask, handle } of context.acknowledged) {
            const allowed = base === undefined ? [] : objectsFor(base, subtask)
            const stray = handle.shared.find((object) => !allowed.includes(object))
            if (stray !== undefined && !isTakenOver(protocol, process, view))
              return `${nameOfObject(handle.object)} refers to ${nameOfObject(stray)}`
          }
        }
        return true
      }),
      step(name(`restored by ${process.name}`), (before, action, after) => {
        if (action._tag !== "Deliver" || action.to !== process.job.name) return true
        const manifest = before.of(process.job)?.point?.manifest ?? null
        const isBeginning = !before.of(process.job)?.isRunning && after.of(process.job)?.isRunning
        if (manifest === null || !isBeginning) return true
        const wrong = Object.entries(process.tasks).find(([task, component]) => {
          const [snapshot, plane] = [snapshotFor(manifest, task), after.of(component)?.plane]
          const isDelta = objectsFor(manifest, task).length > 1
          return isDelta && snapshot !== null && plane !== undefined && !isSamePosition(snapshot, plane.position)
        })
        return wrong === undefined ? true : `${wrong[0]} begins at another position than ${manifest.id} holds`
      })
    ])
  ],
  /** A checkpoint stands that refers to objects of an earlier one, and has changed something. */
  witness: (protocol) => (view) =>
    manifestsIn(view.resource(protocol.log)).some((manifest) => objectsOf(manifest).length > manifest.tasks.length)
}
