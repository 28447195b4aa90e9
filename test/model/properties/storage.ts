/** S8, S9, S10, S13, S14: what is restored, who may write, and what may be removed. */
import { always, step } from "../../../packages/checker/src/property/Property.ts"
import { objectsOf } from "../system/entries.ts"
import type { LogOperation } from "../system/messages.ts"
import type { ModelProperty } from "./ModelProperty.ts"
import { allTasks, jobOf, manifestsIn, readingOf, someJob } from "./reading.ts"

const isPrompt = ({ config }: { readonly config: { readonly capturesArePrompt?: boolean } }): boolean =>
  config.capturesArePrompt ?? false

export const S8: ModelProperty = {
  id: "S8",
  sentence: "what is restored is complete: every object of it is there",
  of: (protocol, name) =>
    protocol.processes.map((process) =>
      step(name(process.name), (before, action, after) => {
        if (action._tag !== "Deliver" || action.to !== process.job.name) return true
        const isRestoring = jobOf(process, after)?.matches("restoring") && !jobOf(process, before)?.matches("restoring")
        const manifest = isRestoring ? after.of(process.job)?.point?.manifest : undefined
        if (manifest === undefined || manifest === null || isPrompt(protocol.settings)) return true
        const { objects } = after.resource(protocol.store)
        return objectsOf(manifest).every((object) => objects.includes(object))
          ? true
          : `${manifest.id} has lost an object`
      })
    ),
  witness: (protocol) => (view) =>
    protocol.processes.some((process) => (view.of(process.job)?.point?.manifest ?? null) !== null)
}

export const S9: ModelProperty = {
  id: "S9",
  sentence: "what is restored is the newest completed checkpoint that can be read, or what the user has named",
  of: (protocol, name) =>
    protocol.processes.map((process) =>
      step(name(process.name), (before, action, after) => {
        if (action._tag !== "Deliver" || action.to !== process.job.name) return true
        const state = after.of(process.job)
        if (!state?.machine.matches("restoring") || jobOf(process, before)?.matches("restoring")) return true
        const { writer, point } = state
        if (writer === null || point === null) return "it restores without a claim"
        const claim = after
          .resource(protocol.log)
          .entries.find(({ entry }) => entry._tag === "Claim" && entry.nonce === writer.nonce)?.entry
        if (claim?._tag === "Claim" && claim.restores !== undefined) {
          return point.manifest?.id === claim.resumesFrom ? true : `${claim.resumesFrom} was named, and is not restored`
        }
        const entries = after.resource(protocol.log).entries.filter(({ slot }) => slot <= writer.lastSlot - 1)
        const readable = readingOf({ entries })
          .completed.map(({ manifest }) => manifest.id)
          .filter((id) => !point.corrupt.includes(id))
        const newest = readable.at(-1) ?? 0
        const restored = point.manifest?.id ?? 0
        return restored === newest ? true : `${restored} is restored, and ${newest} is newer`
      })
    ),
  witness: (protocol) => (view) =>
    someJob(protocol, view, "restoring") && manifestsIn(view.resource(protocol.log)).length > 0
}

export const S10: ModelProperty = {
  id: "S10",
  sentence: "nothing of an older attempt or term has an effect",
  of: (protocol, name) => [
    always(name(), (view) => {
      const { led } = view.history(protocol.history)
      const twice = led.find(({ term }, index) => term <= (led[index - 1]?.term ?? 0))
      if (twice !== undefined) return `term ${twice.term} leads from slot ${twice.slot}, below an earlier leader`
      for (const { slot, entry } of view.resource(protocol.log).entries) {
        const above = led.find((leader) => leader.slot < slot && leader.term > entry.term)
        if (above !== undefined)
          return `entry ${slot} of term ${entry.term} stands above the claim of term ${above.term}`
      }
      return true
    }),
    ...allTasks(protocol).map(({ component, process }) =>
      always(name(component.name), (view) => {
        const plane = view.of(component)?.plane
        const state = view.of(process.job)
        if (plane === undefined || state === undefined) return true
        const { attempt } = state.machine.context
        return plane.attempt === attempt && plane.term === state.writer?.term
          ? true
          : `it belongs to attempt ${plane.attempt} of term ${plane.term}, and the job is at attempt ${attempt}`
      })
    )
  ],
  witness: (protocol) => (view) => allTasks(protocol).some(({ component }) => (view.of(component)?.plane.term ?? 0) > 1)
}

export const S13: ModelProperty = {
  id: "S13",
  sentence: "nothing that a completed checkpoint needs is deleted",
  of: (protocol, name) =>
    isPrompt(protocol.settings)
      ? []
      : [
          always(name(), (view) => {
            const { objects } = view.resource(protocol.store)
            const { retired } = view.history(protocol.history)
            for (const { manifest } of readingOf(view.resource(protocol.log)).completed) {
              if (retired.includes(manifest.id)) continue // it came back by an append that lands late: nobody needs it
              if (!objectsOf(manifest).every((object) => objects.includes(object)))
                return `${manifest.id} has lost an object`
            }
            return true
          })
        ],
  /** A completed checkpoint was retired. */
  witness: (protocol) => (view) => {
    const recorded = manifestsIn(view.resource(protocol.log)).map(({ id }) => id)
    return view.history(protocol.history).completed.some((id) => !recorded.includes(id))
  }
}

type ManifestAppend = Extract<LogOperation, { readonly op: "append" }>

const isAppend = (operation: unknown): operation is ManifestAppend =>
  typeof operation === "object" && operation !== null && "op" in operation && operation.op === "append"

export const S14: ModelProperty = {
  id: "S14",
  sentence: "an unknown outcome deletes nothing: what a manifest that may yet stand refers to is there",
  of: (protocol, name) =>
    isPrompt(protocol.settings)
      ? []
      : [
          always(name(), (view) => {
            const { objects } = view.resource(protocol.store)
            const { entries } = view.resource(protocol.log)
            for (const { operation } of view.inFlight(protocol.log)) {
              if (!isAppend(operation) || operation.entry._tag !== "Manifest") continue
              if (entries.some(({ slot }) => slot >= operation.slot)) continue // it cannot stand, or it stands
              const lost = objectsOf(operation.entry).some((object) => !objects.includes(object))
              if (lost) return `${operation.entry.id} may stand and has lost an object`
            }
            return true
          })
        ],
  /** An append is under way whose outcome was unknown, or whose writer is gone. */
  witness: (protocol) => (view) =>
    view.inFlight(protocol.log).some(({ operation, from }) => {
      if (!isAppend(operation) || operation.entry._tag !== "Manifest") return false
      const isUnsure = protocol.processes.some(({ coordinator }) =>
        view.of(coordinator)?.tails.some(({ queue }) => queue[0]?.isUnsure)
      )
      return from === null || isUnsure
    })
}
