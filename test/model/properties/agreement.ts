/**
 * What the coordinator's machine believes agrees with its checkpoints, with the log and with what it has said.
 *
 * The numbered properties are about what the outside sees; these are about the bookkeeping that leads to it. A mistake in
 * it may do harm only later, or only together with another one; here it shows at once.
 */
import { always, step } from "../../../packages/checker/src/property/Property.ts"
import type { View } from "../../../packages/checker/src/system/View.ts"
import { isSavepoint, isTerminal } from "../../../packages/core/src/model/Barrier.ts"
import type { CheckpointId } from "../../../packages/core/src/model/ids.ts"
import type { ProcessParts } from "../system/ProcessParts.ts"
import type { Protocol } from "../system/protocolSystem.ts"
import type { ModelProperty } from "./ModelProperty.ts"
import { isEqual, manifestsIn } from "./reading.ts"

const coordinatorIn = (process: ProcessParts, view: View) => view.of(process.coordinator)

/** Ids of its checkpoints in a state of their life. */
const partsIn = (
  process: ProcessParts,
  view: View,
  is: "pending" | "completed" | "triggering"
): ReadonlyArray<CheckpointId> =>
  (coordinatorIn(process, view)?.machine.parts ?? [])
    .filter(({ snapshot }) =>
      is === "triggering" ? snapshot.matches({ pending: { inFlight: "triggering" } }) : snapshot.matches(is)
    )
    .map(({ key }) => key)

/** Pending checkpoints that may refer to another one. */
const pinsOf = (process: ProcessParts, view: View) =>
  (coordinatorIn(process, view)?.machine.parts ?? []).flatMap(({ key, snapshot }) => {
    const { base } = snapshot.context.barrier
    return snapshot.matches("pending") && base !== null ? [{ id: key, base }] : []
  })

/** The first id that a term may use, as its claim says. */
const firstIdOf = (protocol: Protocol, view: View, term: number): CheckpointId | null => {
  const { entries } = view.resource(protocol.log)
  const claim = entries.find(({ entry }) => entry._tag === "Claim" && entry.term === term)?.entry
  return claim?._tag === "Claim" ? claim.idsReserved.from : null
}

export const A1: ModelProperty = {
  id: "A1",
  sentence: "a coordinator's lists are its checkpoints: pending, retained, pinned, and the one that is triggering",
  of: (protocol, name) =>
    protocol.processes.map((process) =>
      always(name(process.name), (view) => {
        const state = coordinatorIn(process, view)
        if (state === undefined) return true
        const { pending, pins, retained, triggering, terminal } = state.machine.owner.context
        const [inPending, inCompleted] = [partsIn(process, view, "pending"), partsIn(process, view, "completed")]
        if (!isEqual(pending, inPending)) return `${pending.join()} are listed, ${inPending.join()} are pending`
        if (!isEqual(retained, inCompleted)) return `${retained.join()} are listed, ${inCompleted.join()} are completed`
        const inPins = pinsOf(process, view)
        if (!isEqual(pins, inPins)) return `${JSON.stringify(pins)} are listed, ${JSON.stringify(inPins)} are pending`
        if (state.machine.parts.length > pending.length + retained.length) return "a checkpoint is neither"
        const early = state.machine.parts.find(
          ({ snapshot }) =>
            snapshot.matches({ pending: { inFlight: "triggering" } }) && snapshot.context.acknowledged.length > 0
        )
        if (early !== undefined) return `${early.key} is triggering, and somebody has acknowledged it`
        const inTriggering = partsIn(process, view, "triggering")
        // A terminal checkpoint waits for nobody: it may be triggered while another one is triggering.
        const isRight = triggering === null ? inTriggering.length === 0 : inTriggering.includes(triggering)
        const isExcused = terminal !== null && triggering === null
        return isRight || isExcused ? true : `${triggering} is listed, ${inTriggering.join()} are triggering`
      })
    ),
  witness: (protocol) => (view) => protocol.processes.some((process) => partsIn(process, view, "completed").length > 0)
}

export const A2: ModelProperty = {
  id: "A2",
  sentence:
    "a coordinator's ids are those of its claim: its first, the next after the last triggered, and the reserved end",
  of: (protocol, name) =>
    protocol.processes.map((process) =>
      always(name(process.name), (view) => {
        const state = coordinatorIn(process, view)
        const tail = state?.tails.at(-1)
        if (state === undefined || tail === undefined || state.attempt === null) return true
        const { firstId, nextId, idsEnd, isReserving } = state.machine.owner.context
        const last = view.history(protocol.history).triggered.find(({ term }) => term === tail.term)?.id
        const first = firstIdOf(protocol, view, tail.term)
        if (first !== null && firstId !== first) return `its ids begin at ${firstId}, not ${first}`
        const next = last === undefined ? first : last + 1
        if (next !== null && nextId !== next) return `the next id is ${nextId}, not ${next}`
        if (idsEnd !== tail.idsEnd) return `ids end at ${idsEnd}, reserved are those below ${tail.idsEnd}`
        const isQueued = tail.queue.some(({ entry }) => entry._tag === "Claim")
        if (isReserving && !isQueued && nextId < idsEnd) return "it waits for ids that it has"
        return isReserving || !isQueued ? true : "it does not know that it is reserving"
      })
    ),
  witness: (protocol) => (view) => view.history(protocol.history).triggered.length > 0
}

export const A3: ModelProperty = {
  id: "A3",
  sentence: "every checkpoint is accounted for: pending in its attempt, or said to be completed or invalidated",
  of: (protocol, name) =>
    protocol.processes.map((process) =>
      always(name(process.name), (view) => {
        const state = coordinatorIn(process, view)
        const tail = state?.tails.at(-1)
        if (state === undefined || tail === undefined) return true
        const { pending, nextId, retained } = state.machine.owner.context
        const { completed, invalidated } = view.history(protocol.history)
        const first = firstIdOf(protocol, view, tail.term) ?? nextId
        for (let id = first; id < nextId; id++) {
          const isKnown = pending.includes(id) || completed.includes(id) || invalidated.includes(id)
          if (!isKnown) return `nobody was told of ${id}`
        }
        const early = pending.find((id) => completed.includes(id) || invalidated.includes(id))
        if (early !== undefined) return `${early} is pending, and it was said to be over`
        const old = state.attempt === null ? undefined : pending.find((id) => id < first)
        if (old !== undefined && state.machine.owner.matches("active"))
          return `${old} of an older attempt is not settled`
        const ids = manifestsIn(view.resource(protocol.log)).map(({ id }) => id)
        const twice = ids.find((id, index) => ids.indexOf(id) < index)
        if (twice !== undefined) return `${twice} stands twice in the log`
        const users = manifestsIn(view.resource(protocol.log)).filter(({ kind }) => isSavepoint(kind))
        const kept = state.places.find(
          (place) => place.id >= first && !retained.includes(place.id) && !users.some(({ id }) => id === place.id)
        )
        if (kept !== undefined && state.attempt !== null) return `${kept.id} is not retained, and it is not removed`
        const unsaid = retained.find((id) => id >= first && !completed.includes(id))
        return unsaid === undefined ? true : `${unsaid} is completed, and nobody was told`
      })
    ),
  witness: (protocol) => (view) => view.history(protocol.history).completed.length > 0
}

export const A4: ModelProperty = {
  id: "A4",
  sentence: "a terminal checkpoint is wanted, pending or completed from the end of data or the stop on, and only then",
  of: (protocol, name) =>
    protocol.processes.map((process) =>
      always(name(process.name), (view) => {
        const machine = coordinatorIn(process, view)?.machine.owner
        if (machine === undefined) return true
        const last = machine.context.terminal?.id ?? null
        if (
          last !== null &&
          ![...machine.context.pending, ...view.history(protocol.history).completed].includes(last)
        ) {
          return `the terminal checkpoint is ${last}, which is neither pending nor completed`
        }
        if (!machine.matches("active")) return machine.context.manualWanted === 0 ? true : "requests wait for nobody"
        const { terminal, pending, isPeriodicWanted, manualWanted, policy } = machine.context
        if (!isEqual(policy, protocol.settings.policy)) return "it has another policy"
        const { request = 0 } = protocol.settings.config.stimuli ?? {}
        if (manualWanted > policy.queuedTriggersMax) return `${manualWanted} requests wait`
        const twice = coordinatorIn(process, view)?.machine.parts.find(
          ({ key, snapshot }) =>
            snapshot.matches({ pending: "inFlight" }) &&
            isTerminal(snapshot.context.barrier.kind) &&
            key !== terminal?.id
        )
        if (twice !== undefined) return `${twice.key} is terminal as well`
        if (manualWanted < 0 || manualWanted > request) return `${manualWanted} requests wait, ${request} can have come`
        if (isPeriodicWanted && protocol.settings.policy.trigger === "manual")
          return "nobody wants periodic checkpoints"
        if (machine.matches({ active: "regular" })) return terminal === null ? true : "it is wanted too early"
        if (terminal === null) return "nobody knows of it"
        if (isPeriodicWanted || manualWanted > 0) return "others are wanted besides it"
        const { id, isWanted } = terminal
        if (machine.matches({ active: "settled" })) {
          return id !== null && view.history(protocol.history).completed.includes(id) ? true : "it is settled too early"
        }
        return id === null || (pending.includes(id) && !isWanted) ? true : `${id} is not pending, or wanted once more`
      })
    ),
  witness: (protocol) => (view) =>
    protocol.processes.some(
      (process) => coordinatorIn(process, view)?.machine.owner.matches({ active: "ending" }) ?? false
    )
}

export const A5: ModelProperty = {
  id: "A5",
  sentence: "after a completion no more are retained than the policy says, but for bases of what is pending",
  of: (protocol, name) =>
    protocol.processes.map((process) =>
      step(name(process.name), (before, action, after) => {
        if (action._tag !== "Deliver" || action.to !== process.coordinator.name) return true
        const known = before.history(protocol.history).completed
        const newest = after.history(protocol.history).completed.find((id) => !known.includes(id))
        if (newest === undefined) return true
        if (after.history(protocol.history).saved.includes(newest)) {
          if (action.message.type === "coordinator.start") return true // settled by the next attempt, which begins afresh
          const [was, is] = [before, after].map((view) => coordinatorIn(process, view)?.machine.owner.context ?? empty)
          const isSame = was?.failures === is?.failures && was?.isPauseOver === is?.isPauseOver
          return isSame ? true : "a savepoint makes failures good, or begins a pause"
        }
        const { retained, policy, failures, isPauseOver } =
          coordinatorIn(process, after)?.machine.owner.context ?? empty
        if (isPauseOver) return "the pause begins with the completion"
        if (failures !== 0) return "failures are counted beyond a completion"
        const older = coordinatorIn(process, after)?.machine.parts.find(
          ({ key, snapshot }) =>
            key < newest && snapshot.matches({ pending: "inFlight" }) && snapshot.context.barrier.kind !== "savepoint"
        )
        if (older !== undefined) return `${older.key} is pending below ${newest}`
        const bases = pinsOf(process, after).map(({ base }) => base)
        const kept = retained.slice(0, -policy.retained).find((id) => !bases.includes(id))
        return kept === undefined ? true : `${retained.join()} are retained, and nothing needs ${kept}`
      })
    ),
  witness: (protocol) => (view) => view.history(protocol.history).completed.length > protocol.settings.policy.retained
}

const empty = { retained: [], policy: { retained: 0 }, failures: 0, isPauseOver: false }

export const A6: ModelProperty = {
  id: "A6",
  sentence: "the coordinator knows who has ended: those whose data is over and who have said so",
  of: (protocol, name) =>
    protocol.processes.flatMap((process) =>
      Object.entries(process.tasks).map(([task, component]) =>
        always(name(component.name), (view) => {
          const owner = coordinatorIn(process, view)?.machine.owner
          const machine = view.of(component)?.machine.owner
          if (owner === undefined || machine === undefined) return true
          if (!owner.matches("active") || !machine.matches("active")) return true
          const hasSaid = !view
            .messages({ name: `${process.coordinator.name}.mail` })
            .some((mail) => mail.type === "subtask.ended" && "subtask" in mail && mail.subtask === task)
          const isStarting = view
            .messages({ name: `${process.coordinator.name}.mail` })
            .some(({ type }) => type === "coordinator.start" || type === "coordinator.suspend")
          if (isStarting) return true
          const hasEnded = machine.matches({ active: { data: "ended" } }) && hasSaid
          return owner.context.ended.includes(task) === hasEnded ? true : `it is wrong about ${task}`
        })
      )
    ),
  witness: (protocol) => (view) =>
    protocol.processes.some((process) => (coordinatorIn(process, view)?.machine.owner.context.ended.length ?? 0) > 0)
}
