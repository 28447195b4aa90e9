/** The liveness properties that apply today, under weak fairness of everything that is no fault and no decision of people. */

import type { Property } from "../../../packages/checker/src/property/Property.ts"
import { type Fairness, leadsTo } from "../../../packages/checker/src/property/Property.ts"
import type { View } from "../../../packages/checker/src/system/View.ts"
import type { CheckpointId } from "../../../packages/core/src/model/ids.ts"
import { objectsOf, snapshotFor } from "../system/entries.ts"
import { mailboxOf } from "../system/names.ts"
import { allRecords, sinksOf } from "../system/plan.ts"
import type { Protocol } from "../system/protocolSystem.ts"
import { allTasks, isEqual, jobOf, manifestsIn, pendingOf, visibleRecords } from "./reading.ts"

/** Deliveries, timers, work and answers that are possible go on; nothing is lost or fails of necessity. */
const goingOn: ReadonlyArray<Fairness> = [
  {
    strength: "weak",
    of: (actions) => {
      switch (actions._tag) {
        case "Deliver":
        case "Timer":
        case "Internal":
        case "Recover":
          return true
        case "Operation":
          return actions.outcome === "ok" || actions.outcome === "lands"
        default:
          return false
      }
    }
  }
]

export interface LivenessProperty {
  readonly id: string
  readonly sentence: string
  readonly of: (protocol: Protocol, name: (part?: string) => string) => ReadonlyArray<Property>
}

const hasEnded = (protocol: Protocol, view: View): boolean =>
  protocol.processes.every((process) => jobOf(process, view)?.status !== "active")

const ids: ReadonlyArray<CheckpointId> = [1, 2]

const perCheckpoint = (
  name: (part?: string) => string,
  of: (id: CheckpointId) => { readonly from: (view: View) => boolean; readonly to: (view: View) => boolean }
): ReadonlyArray<Property> => ids.map((id) => leadsTo(name(`checkpoint ${id}`), { ...of(id), fair: goingOn }))

const isPending = (protocol: Protocol, view: View, id: CheckpointId): boolean =>
  protocol.processes.some((process) => pendingOf(process, view).includes(id))

const L1: LivenessProperty = {
  id: "L1",
  sentence: "a pending checkpoint is completed or invalidated in the end",
  of: (protocol, name) =>
    perCheckpoint(name, (id) => ({
      from: (view) => isPending(protocol, view, id),
      to: (view) => !isPending(protocol, view, id)
    }))
}

/** Triggers of a checkpoint wait for all of its sources, and nothing more will be lost. */
const isFresh = (protocol: Protocol, view: View, id: CheckpointId): boolean => {
  const { plan, config } = protocol.settings
  if (Object.keys(config.faults ?? {}).some((fault) => view.faultsLeft(fault) > 0)) return false
  return allTasks(protocol)
    .filter(({ task }) => plan[task]?.inputs.length === 0)
    .every(({ component }) =>
      view
        .messages({ name: mailboxOf(component.name) })
        .some((message) => JSON.stringify(message).includes(`"trigger.received","barrier":{"id":${id},`))
    )
}

const L2: LivenessProperty = {
  id: "L2",
  sentence: "a checkpoint that is triggered when nothing fails any more is completed, not only resolved",
  of: (protocol, name) =>
    perCheckpoint(name, (id) => ({
      from: (view) => isPending(protocol, view, id) && isFresh(protocol, view, id),
      to: (view) => view.history(protocol.history).completed.includes(id)
    }))
}

const L3: LivenessProperty = {
  id: "L3",
  sentence: "triggering goes on after every checkpoint, however it ended, until the data ends",
  of: (protocol, name) =>
    protocol.processes.map(({ coordinator, name: process }) =>
      leadsTo(name(process), {
        from: (view) => {
          const machine = view.of(coordinator)?.machine.owner
          return (machine?.matches({ active: "regular" }) ?? false) && machine?.context.pending.length === 0
        },
        to: (view) => {
          const machine = view.of(coordinator)?.machine.owner
          return !machine?.matches({ active: "regular" }) || machine.context.pending.length > 0
        },
        fair: goingOn
      })
    )
}

const L4: LivenessProperty = {
  id: "L4",
  sentence: "an alignment comes to an end",
  of: (protocol, name) =>
    allTasks(protocol)
      .filter(({ task }) => (protocol.settings.plan[task]?.inputs.length ?? 0) > 1)
      .map(({ component }) => {
        const isAligning = (view: View) => (view.of(component)?.machine.owner.context.barrier ?? null) !== null
        return leadsTo(name(component.name), { from: isAligning, to: (view) => !isAligning(view), fair: goingOn })
      })
}

const L5: LivenessProperty = {
  id: "L5",
  sentence: "a job that has failed runs again, or ends",
  of: (protocol, name) =>
    protocol.processes.map((process) =>
      leadsTo(name(process.name), {
        from: (view) => jobOf(process, view)?.matches("failing") ?? view.isDown(process),
        to: (view) => {
          const job = jobOf(process, view)
          return job !== undefined && (job.matches("running") || job.status === "done")
        },
        fair: goingOn
      })
    )
}

/** Transactions that completed checkpoints hold and nobody sees yet. */
const owed = (protocol: Protocol, view: View): ReadonlyArray<string> => {
  const { visible } = view.resource(protocol.ledger)
  return manifestsIn(view.resource(protocol.log)).flatMap((manifest) =>
    sinksOf(protocol.settings.plan).flatMap((sink) => {
      const prepared = snapshotFor(manifest, sink)?.prepared ?? []
      return prepared.map(({ transaction }) => transaction).filter((text) => !visible.includes(text))
    })
  )
}

const L6: LivenessProperty = {
  id: "L6",
  sentence: "what a completed checkpoint holds becomes visible, also if notifications are lost",
  of: (protocol, name) => [
    leadsTo(name(), {
      from: (view) => owed(protocol, view).length > 0,
      to: (view) => owed(protocol, view).length === 0,
      fair: goingOn
    })
  ]
}

const L7: LivenessProperty = {
  id: "L7",
  sentence: "a job whose input ends finishes, and then all output is visible",
  of: (protocol, name) => [
    leadsTo(name(), {
      from: () => true,
      to: (view) =>
        protocol.processes.some((process) => jobOf(process, view)?.matches("finished")) &&
        isEqual(visibleRecords(protocol, view), allRecords(protocol.settings.plan)),
      fair: goingOn
    })
  ]
}

const checkpointOf = (object: string): CheckpointId => Number(/-c(\d+)-/.exec(object)?.[1] ?? 0)

const L8: LivenessProperty = {
  id: "L8",
  sentence: "the state of an invalidated checkpoint is discarded while the job runs",
  of: (protocol, name) => {
    const isLeft = (view: View): boolean => {
      const { invalidated } = view.history(protocol.history)
      return view.resource(protocol.store).objects.some((object) => invalidated.includes(checkpointOf(object)))
    }
    return [
      leadsTo(name(), {
        from: (view) => isLeft(view) && !hasEnded(protocol, view),
        to: (view) => !isLeft(view) || hasEnded(protocol, view),
        fair: goingOn
      })
    ]
  }
}

const L9: LivenessProperty = {
  id: "L9",
  sentence: "no restart goes on for ever: a job that restarts ends",
  of: (protocol, name) => [
    leadsTo(name(), {
      from: (view) => protocol.processes.some((process) => jobOf(process, view)?.matches("backingOff")),
      to: (view) => hasEnded(protocol, view),
      fair: goingOn
    })
  ]
}

const L10: LivenessProperty = {
  id: "L10",
  sentence:
    "what is surplus, and no longer a base of anything pending, is removed while the job runs: entries, and objects that nobody shares",
  of: (protocol, name) => {
    // A deletion that has failed leaves its object to the next start.
    const isDisturbed = (view: View): boolean => {
      const { faults = {} } = protocol.settings.config
      return Object.entries(faults).some(([fault, times]) => view.faultsLeft(fault) < times)
    }
    const isLeft = (view: View): boolean => {
      if (isDisturbed(view)) return false
      const { invalidated, retired } = view.history(protocol.history)
      const named = manifestsIn(view.resource(protocol.log)).flatMap(objectsOf)
      const isOver = (object: string) => [...invalidated, ...retired].includes(checkpointOf(object))
      return view.resource(protocol.store).objects.some((object) => isOver(object) && !named.includes(object))
    }
    const areTooMany = (view: View): boolean =>
      manifestsIn(view.resource(protocol.log)).length > protocol.settings.policy.retained &&
      protocol.processes.every((process) => pendingOf(process, view).length === 0)
    const inTheEnd = (part: string, isSo: (view: View) => boolean) =>
      leadsTo(name(part), {
        from: (view) => isSo(view) && !hasEnded(protocol, view),
        to: (view) => !isSo(view) || hasEnded(protocol, view),
        fair: goingOn
      })
    return [inTheEnd("entries", areTooMany), inTheEnd("objects", isLeft)]
  }
}

export const liveness = { L1, L2, L3, L4, L5, L6, L7, L8, L9, L10 } as const

export type LivenessId = keyof typeof liveness

export const liveNameOf = ({ id, sentence }: LivenessProperty, part?: string): string =>
  `${id} ${sentence}${part === undefined ? "" : ` (${part})`}`
