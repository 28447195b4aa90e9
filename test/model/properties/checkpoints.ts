/** S6, S7, S11, S12: the life of checkpoints. */
import { always, step } from "../../../packages/checker/src/property/Property.ts"
import { lastTriggered } from "../system/history.ts"
import type { ModelProperty } from "./ModelProperty.ts"
import { manifestsIn, pendingOf } from "./reading.ts"

export const S6: ModelProperty = {
  id: "S6",
  sentence:
    "ids strictly increase, those of a term above all of earlier terms, each inside a block that a claim has reserved",
  of: (protocol, name) => [
    always(name(), (view) => !view.history(protocol.history).isDisordered),
    ...protocol.processes.map((process) =>
      always(name(`blocks of ${process.name}`), (view) => {
        const pending = pendingOf(process, view)
        if (pending.length === 0) return true
        const blocks = view
          .resource(protocol.log)
          .entries.flatMap(({ entry }) => (entry._tag === "Claim" ? [entry.idsReserved] : []))
        const stray = pending.find((id) => !blocks.some(({ from, to }) => from <= id && id < to))
        return stray === undefined ? true : `${stray} is reserved by nobody`
      })
    )
  ],
  /** Ids of two claims were used. */
  witness: (protocol) => (view) => lastTriggered(view.history(protocol.history)) > protocol.settings.idBlock
}

export const S7: ModelProperty = {
  id: "S7",
  sentence: "completed implies that it stands in the log",
  of: (protocol, name) =>
    protocol.processes.map((process) =>
      step(name(process.name), (before, action, after) => {
        if (action._tag !== "Deliver" || action.to !== process.coordinator.name) return true
        const known = before.history(protocol.history).completed
        const added = after.history(protocol.history).completed.filter((id) => !known.includes(id))
        const recorded = added.length === 0 ? [] : manifestsIn(after.resource(protocol.log)).map(({ id }) => id)
        const { retired } = after.history(protocol.history)
        const missing = added.find((id) => !recorded.includes(id) && !retired.includes(id))
        return missing === undefined ? true : `${missing} was said to be completed and stands nowhere`
      })
    ),
  witness: (protocol) => (view) => view.history(protocol.history).completed.length > 0
}

export const S11: ModelProperty = {
  id: "S11",
  sentence: "the number of pending checkpoints is bounded, a terminal one and one savepoint aside",
  of: (protocol, name) =>
    protocol.processes.map((process) =>
      always(name(process.name), (view) => {
        const context = view.of(process.coordinator)?.machine.owner.context
        if (context === undefined) return true
        const { pending, savepoints, terminal, policy } = context
        const others = pending.filter((id) => id !== terminal?.id && !savepoints.includes(id))
        if (savepoints.length > 1) return `savepoints ${savepoints.join()} are pending`
        return others.length <= policy.concurrentMax ? true : `${pending.join()} are pending`
      })
    ),
  witness: (protocol) => (view) =>
    protocol.processes.some((process) => pendingOf(process, view).length >= protocol.settings.policy.concurrentMax)
}

export const S12: ModelProperty = {
  id: "S12",
  sentence: "completed and invalidated exclude each other, and what is invalidated does not stand",
  of: (protocol, name) => [
    always(name(), (view) => {
      const { completed, invalidated } = view.history(protocol.history)
      const both = invalidated.find((id) => completed.includes(id))
      if (both !== undefined) return `${both} was both completed and invalidated`
      if (invalidated.length === 0) return true
      const recorded = manifestsIn(view.resource(protocol.log)).find(({ id }) => invalidated.includes(id))
      return recorded === undefined ? true : `${recorded.id} was invalidated and stands in the log`
    })
  ],
  witness: (protocol) => (view) => {
    const { completed, invalidated } = view.history(protocol.history)
    return completed.length > 0 && invalidated.length > 0
  }
}
