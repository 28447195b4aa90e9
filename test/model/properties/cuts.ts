/** S3, S4, S15, S16, S17: what a checkpoint is. */
import { always } from "../../../packages/checker/src/property/Property.ts"
import { termOfObject } from "../../../packages/core/src/runtime/stateObject.ts"
import type { Manifest } from "../../../packages/core/src/storage/LogEntry.ts"
import { objectsOf, snapshotFor } from "../system/entries.ts"
import { edgeOf } from "../system/names.ts"
import { type Edge, edgesOf, tasksOf } from "../system/plan.ts"
import { nameOfObject } from "../system/snapshots.ts"
import type { ModelProperty } from "./ModelProperty.ts"
import { allTasks, isEqual, manifestsIn } from "./reading.ts"

export const S3: ModelProperty = {
  id: "S3",
  sentence: "a completed checkpoint has exactly one acknowledgement of every subtask, all of its own term",
  of: (protocol, name) => {
    const tasks = [...tasksOf(protocol.settings.plan)].sort()
    return [
      always(name(), (view) => {
        for (const manifest of manifestsIn(view.resource(protocol.log))) {
          const named = manifest.tasks.map(({ task }) => task)
          if (!isEqual(named, tasks)) return `${manifest.id} has ${named.join()}`
          const foreign = objectsOf(manifest).find((object) => termOfObject(nameOfObject(object)) !== manifest.term)
          if (foreign !== undefined) return `${manifest.id} of term ${manifest.term} names ${nameOfObject(foreign)}`
        }
        return true
      })
    ]
  },
  witness: (protocol) => (view) => manifestsIn(view.resource(protocol.log)).length > 0
}

const cutAt = (manifest: Manifest, { id, from, to }: Edge) => ({
  taken: snapshotFor(manifest, to)?.taken[id] ?? 0,
  sent: snapshotFor(manifest, from)?.sent[id] ?? 0
})

export const S4: ModelProperty = {
  id: "S4",
  sentence:
    "consistent cut: what a channel's receiver has taken is what its sender has sent (or more, at least once), and a source all that it emitted",
  of: (protocol, name) => {
    const { plan, policy } = protocol.settings
    const isTracking = policy.mode === "at-least-once"
    const edges = edgesOf(plan)
    const sources = tasksOf(plan).filter((task) => plan[task]?.inputs.length === 0)
    return [
      always(name(), (view) => {
        for (const manifest of manifestsIn(view.resource(protocol.log))) {
          for (const edge of edges) {
            const { taken, sent } = cutAt(manifest, edge)
            const isConsistent = isTracking ? taken >= sent : taken === sent
            if (!isConsistent) return `in ${manifest.id} ${edge.id} has sent ${sent} and taken ${taken}`
          }
          for (const source of sources) {
            const snapshot = snapshotFor(manifest, source)
            const sent = Object.values(snapshot?.sent ?? {}).reduce((sum, count) => sum + count, 0)
            if (snapshot?.offset !== sent)
              return `in ${manifest.id} ${source} is at ${snapshot?.offset} and sent ${sent}`
          }
        }
        return true
      })
    ]
  },
  /** A cut through the middle: something was sent, and something is left. */
  witness: (protocol) => (view) =>
    manifestsIn(view.resource(protocol.log)).some((manifest) =>
      tasksOf(protocol.settings.plan).some((task) => {
        const offset = snapshotFor(manifest, task)?.offset ?? 0
        return offset > 0 && offset < (protocol.settings.plan[task]?.records ?? 0)
      })
    )
}

/** Marks that a data plane has left where its rules were broken. */
const unbroken = (rule: string): ModelProperty["of"] => {
  return (protocol, name) =>
    allTasks(protocol).map(({ component }) =>
      always(name(component.name), (view) => {
        const problem = view.of(component)?.plane.broken.find((text) => text.startsWith(rule))
        return problem ?? true
      })
    )
}

export const S15: ModelProperty = {
  id: "S15",
  sentence: "on every channel barriers come in increasing order, each once",
  of: unbroken("S15"),
  witness: (protocol) => (view) =>
    allTasks(protocol).some(({ component }) => {
      const plane = view.of(component)?.plane
      return plane !== undefined && Object.values(plane.marks).some(({ id }) => id > 1) && plane.captured > 1
    })
}

export const S16: ModelProperty = {
  id: "S16",
  sentence: "no record from behind a barrier is taken before the capture; a channel is blocked only while aligning",
  of: (protocol, name) => [
    ...unbroken("S16")(protocol, name),
    ...allTasks(protocol).map(({ component }) =>
      always(name(`${component.name} blocks`), (view) => {
        const machine = view.of(component)?.machine.owner
        if (machine === undefined || !machine.matches("active")) return true
        const isAligning = machine.matches({ active: { alignment: "aligning" } })
        return isAligning === machine.context.blocked.length > 0
      })
    )
  ],
  /** A record waits in a channel that is blocked. */
  witness: (protocol) => (view) =>
    allTasks(protocol).some(({ process, component }) =>
      (view.of(component)?.machine.owner.context.blocked ?? []).some((channel) =>
        view.messages({ name: edgeOf(process.name, channel) }).some(({ type }) => type === "record")
      )
    )
}

export const S17: ModelProperty = {
  id: "S17",
  sentence: "capture, then barrier: a barrier is sent right after its checkpoint was captured",
  of: unbroken("S17"),
  witness: (protocol) => (view) =>
    allTasks(protocol).some(({ component, task }) => {
      const hasInputs = (protocol.settings.plan[task]?.inputs.length ?? 0) > 0
      return hasInputs && (view.of(component)?.plane.forwarded ?? 0) > 0
    })
}
