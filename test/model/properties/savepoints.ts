/** S28 to S33: savepoints are the user's (rule 6). */
import { always, step } from "../../../packages/checker/src/property/Property.ts"
import type { View } from "../../../packages/checker/src/system/View.ts"
import { endsData, isSavepoint } from "../../../packages/core/src/model/Barrier.ts"
import type { CheckpointId } from "../../../packages/core/src/model/ids.ts"
import type { SubtaskEvent } from "../../../packages/core/src/protocol/subtaskMessages.ts"
import type { Manifest } from "../../../packages/core/src/storage/LogEntry.ts"
import { isKept } from "../../../packages/core/src/storage/logView.ts"
import { objectsFor, objectsOf, ownObjectsOf, snapshotFor } from "../system/entries.ts"
import { mailboxOf, places } from "../system/names.ts"
import type { ProcessParts } from "../system/ProcessParts.ts"
import { sinksOf, tasksOf } from "../system/plan.ts"
import type { Protocol } from "../system/protocolSystem.ts"
import { transactionOf } from "../system/snapshots.ts"
import type { ModelProperty } from "./ModelProperty.ts"
import { allTasks, jobOf, manifestsIn, readingOf } from "./reading.ts"

const savepointsIn = (protocol: Protocol, view: View): ReadonlyArray<Manifest> =>
  manifestsIn(view.resource(protocol.log)).filter(({ kind }) => isSavepoint(kind))

const pendingSavepoints = (coordinator: ProcessParts["coordinator"], view: View): ReadonlyArray<CheckpointId> =>
  view.of(coordinator)?.machine.owner.context.savepoints ?? []

/** The manifests that no retention may touch. */
const keptIn = (protocol: Protocol, view: View): ReadonlyArray<Manifest> => {
  const log = view.resource(protocol.log)
  const isNamed = log.entries.some(({ entry }) => entry._tag === "Claim" && entry.restores !== undefined)
  if (!isNamed && savepointsIn(protocol, view).length === 0) return []
  const reading = readingOf(log)
  return [...reading.completed, ...reading.savepoints]
    .map(({ manifest }) => manifest)
    .filter((manifest) => isKept(reading, manifest))
}

/**
 * What a leader before the last one has asked for may still happen: it retired a checkpoint that was the job's then.
 */
const isLeader = (protocol: Protocol, view: View, component: string | null): boolean => {
  const claim = view
    .resource(protocol.log)
    .entries.map(({ entry }) => entry)
    .findLast((entry) => entry._tag === "Claim")
  return claim?._tag === "Claim" && component !== null && component.startsWith(`${claim.holder}.`)
}

export const S28: ModelProperty = {
  id: "S28",
  sentence: "what is the user's stays: no savepoint is removed or loses an object, unless a restore has claimed it",
  of: (protocol, name) => [
    step(name(), (before, action, after) => {
      if (action._tag !== "Operation" || action.resource !== places.log) return true
      const standing = manifestsIn(after.resource(protocol.log)).map(({ id }) => id)
      const gone = keptIn(protocol, before).find(
        ({ id, kind }) => !standing.includes(id) && (isSavepoint(kind) || isLeader(protocol, before, action.from))
      )
      return gone === undefined ? true : `${gone.id} is removed`
    }),
    ...(protocol.settings.config.capturesArePrompt
      ? []
      : [
          always(name("objects"), (view) => {
            const { objects } = view.resource(protocol.store)
            const lost = keptIn(protocol, view).find((manifest) =>
              objectsOf(manifest).some((object) => !objects.includes(object))
            )
            return lost === undefined ? true : `${lost.id} has lost an object`
          })
        ])
  ],
  /** Newer checkpoints have come and gone. */
  witness: (protocol) => (view) => keptIn(protocol, view).length > 0
}

export const S29: ModelProperty = {
  id: "S29",
  sentence: "a savepoint is whole: it refers to no other checkpoint, and none refers to it",
  of: (protocol, name) => [
    always(name(), (view) => {
      const savepoints = savepointsIn(protocol, view)
      if (savepoints.length === 0) return true
      const part = savepoints.find((manifest) =>
        tasksOf(protocol.settings.plan).some((task) => objectsFor(manifest, task).length > 1)
      )
      if (part !== undefined) return `${part.id} is no whole`
      const others = manifestsIn(view.resource(protocol.log))
      for (const savepoint of savepoints) {
        const { id } = savepoint
        const own = ownObjectsOf(savepoint)
        const user = others.find((other) => other.id !== id && objectsOf(other).some((object) => own.includes(object)))
        if (user !== undefined) return `${user.id} refers to savepoint ${id}`
      }
      return true
    }),
    ...protocol.processes.map((process) =>
      always(name(`bases of ${process.name}`), (view) => {
        const savepoints = savepointsIn(protocol, view).map(({ id }) => id)
        const parts = view.of(process.coordinator)?.machine.parts ?? []
        const based = parts.find(({ snapshot }) => savepoints.some((id) => id === snapshot.context.barrier.base))
        return based === undefined ? true : `${based.key} is based on a savepoint`
      })
    )
  ],
  witness: (protocol) => (view) => savepointsIn(protocol, view).length > 0
}

export const S30: ModelProperty = {
  id: "S30",
  sentence:
    "a recovery restores no savepoint but one that the user has named or the job has stopped with, and then nothing older",
  of: (protocol, name) =>
    protocol.processes.map((process) =>
      step(name(process.name), (before, action, after) => {
        if (action._tag !== "Deliver" || action.to !== process.job.name) return true
        const state = after.of(process.job)
        if (!state?.machine.matches("restoring") || jobOf(process, before)?.matches("restoring")) return true
        const manifest = state.point?.manifest ?? null
        const restored = manifest?.id ?? 0
        const claims = after
          .resource(protocol.log)
          .entries.flatMap(({ entry }) => (entry._tag === "Claim" ? [entry] : []))
        const isNamed = claims.some(({ resumesFrom, restores }) => restores !== undefined && resumesFrom === restored)
        if (manifest?.kind === "savepoint" && !isNamed) return `${restored} is a savepoint that nobody has named`
        const stopped = savepointsIn(protocol, after).filter(({ kind }) => kind !== "savepoint")
        const newer = stopped.find(({ id }) => id > restored)
        return newer === undefined || isNamed
          ? true
          : `the job has stopped with ${newer.id}, and ${restored} is restored`
      })
    ),
  /** A job restores while a savepoint stands. */
  witness: (protocol) => (view) =>
    savepointsIn(protocol, view).length > 0 &&
    protocol.processes.some((process) => jobOf(process, view)?.matches("restoring") ?? false)
}

export const S31: ModelProperty = {
  id: "S31",
  sentence: "a savepoint of a job that runs on commits nothing: a later checkpoint or a restore of it does",
  of: (protocol, name) => {
    const sinks = sinksOf(protocol.settings.plan)
    const heldBy = (manifest: Manifest) =>
      sinks.flatMap((task) => (snapshotFor(manifest, task)?.prepared ?? []).map(({ transaction }) => transaction))
    return [
      step(name(), (before, action, after) => {
        if (action._tag !== "Operation" || action.resource !== places.ledger) return true
        const known = before.resource(protocol.ledger).visible
        const added = after.resource(protocol.ledger).visible.filter((text) => !known.includes(text))
        if (added.length === 0) return true
        const { restored } = readingOf(before.resource(protocol.log))
        const isHolder = ({ id, kind }: Manifest): boolean => kind !== "savepoint" || restored?.id === id
        const manifests = manifestsIn(before.resource(protocol.log))
        const held = manifests.filter(isHolder).flatMap(heldBy)
        const saved = manifests.filter((manifest) => !isHolder(manifest)).flatMap(heldBy)
        const early = added.find((text) => saved.includes(text) && !held.includes(text))
        return early === undefined ? true : `only a savepoint holds ${transactionOf(early).name}, and it is visible`
      })
    ]
  },
  /** A transaction is held by a savepoint and by nothing else. */
  witness: (protocol) => (view) => {
    const sinks = sinksOf(protocol.settings.plan)
    return savepointsIn(protocol, view).some(
      (manifest) =>
        manifest.kind === "savepoint" && sinks.some((task) => (snapshotFor(manifest, task)?.prepared ?? []).length > 0)
    )
  }
}

export const S32: ModelProperty = {
  id: "S32",
  sentence: "the data ends where the input has ended, where a drain was asked for, or where a drained job is resumed",
  of: (protocol, name) => {
    const { hasEnd, config } = protocol.settings
    const isDrain = endsData(config.stimuli?.stopKind ?? "stop")
    if (hasEnd || isDrain) {
      return [
        always(name("at the end"), (view) => {
          const early = manifestsIn(view.resource(protocol.log)).find(
            (manifest) => endsData(manifest.kind) && !hasEndedIn(view, protocol, manifest)
          )
          return early === undefined ? true : `${early.id} is final, and its subtasks had not ended`
        }),
        ...allTasks(protocol).map(({ component, process, task }) =>
          always(name(`${component.name} goes on`), (view) => {
            const log = view.resource(protocol.log)
            const [plane, writer] = [view.of(component)?.plane, view.of(process.job)?.writer]
            const restored = manifestsIn(log).find(({ id }) => id === writer?.resumesFrom)
            if (plane === undefined || restored === undefined || plane.term !== writer?.term) return true
            if (!endsData(restored.kind) || readingOf(log).restored?.id === restored.id) return true
            return plane.position.offset === (snapshotFor(restored, task)?.offset ?? 0)
              ? true
              : `it reads on, and its data had ended in ${restored.id}`
          })
        )
      ]
    }
    return allTasks(protocol).map(({ component }) =>
      always(name(component.name), (view) =>
        view.of(component)?.machine.owner.matches({ active: { data: "ended" } }) ? "its data has ended" : true
      )
    )
  },
  /** The last checkpoint of a stop stands. */
  witness: (protocol) => (view) =>
    manifestsIn(view.resource(protocol.log)).some(({ kind }) => kind !== "checkpoint" && kind !== "savepoint")
}

const isSubsumption = (mail: object, id: CheckpointId): boolean =>
  "event" in mail && JSON.stringify(mail.event) === JSON.stringify(subsumed(id))

const subsumed = (id: CheckpointId): SubtaskEvent => ({ type: "checkpoint.invalidated", id, reason: "subsumed" })

export const S33: ModelProperty = {
  id: "S33",
  sentence: "a savepoint is never subsumed: it completes, or fails for a reason of its own",
  of: (protocol, name) =>
    protocol.processes.map((process) =>
      step(name(process.name), (before, action, after) => {
        if (action._tag !== "Deliver" || action.to !== process.coordinator.name) return true
        const pending = pendingSavepoints(process.coordinator, before)
        const told = Object.values(process.tasks).flatMap(({ name: task }) => after.messages({ name: mailboxOf(task) }))
        const lost = pending.find((id) => told.some((mail) => isSubsumption(mail, id)))
        return lost === undefined ? true : `savepoint ${lost} is subsumed`
      })
    ),
  /** A checkpoint that is newer than a pending savepoint is completed. */
  witness: (protocol) => (view) =>
    protocol.processes.some((process) => {
      const [oldest = Number.POSITIVE_INFINITY] = pendingSavepoints(process.coordinator, view)
      return view.history(protocol.history).completed.some((id) => id > oldest)
    })
}

/** A drained source has emitted nothing after its final checkpoint: the log's offset is where it is now, if it lives. */
const hasEndedIn = (view: View, protocol: Protocol, manifest: Manifest): boolean =>
  allTasks(protocol).every(({ component, task }) => {
    const state = view.of(component)
    if (state === undefined || state.plane.term !== manifest.term) return true
    return state.plane.position.offset === (snapshotFor(manifest, task)?.offset ?? 0)
  })
