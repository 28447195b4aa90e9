/** S1, S2, S5, S18, S19, S20, S23, S24: what becomes visible, and when. */
import { always, step } from "../../../packages/checker/src/property/Property.ts"
import type { View } from "../../../packages/checker/src/system/View.ts"
import { endsData } from "../../../packages/core/src/model/Barrier.ts"
import { snapshotFor } from "../system/entries.ts"
import type { LedgerOperation } from "../system/messages.ts"
import { places } from "../system/names.ts"
import { allRecords, type Rec, reaches, sinksOf, sortRecords } from "../system/plan.ts"
import type { Protocol } from "../system/protocolSystem.ts"
import { transactionOf } from "../system/snapshots.ts"
import type { TaskState } from "../system/TaskState.ts"
import { preparedBy } from "../system/TaskStep.ts"
import type { ModelProperty } from "./ModelProperty.ts"
import { allSinks, committerOf, isEqual, jobOf, leaderTerm, manifestsIn, someJob, visibleRecords } from "./reading.ts"

export const S1: ModelProperty = {
  id: "S1",
  sentence:
    "every record counts in the visible output exactly once: never twice, and all of them once the job has finished",
  of: (protocol, name) => {
    const all = allRecords(protocol.settings.plan)
    return [
      always(name(), (view) => {
        const visible = visibleRecords(protocol, view)
        const twice = visible.find((record, index) => index > 0 && isEqual(record, visible[index - 1]))
        return twice === undefined ? true : `record ${twice.number} of ${twice.key} is visible twice`
      }),
      ...protocol.processes.map((process) =>
        always(name(`${process.name} has finished`), (view) => {
          if (!jobOf(process, view)?.matches("finished")) return true
          const log = view.resource(protocol.log)
          if (log.entries.some(({ entry }) => entry._tag === "End" && entry.end === "cancelled")) return true
          return isEqual(visibleRecords(protocol, view), expectedIn(protocol, view) ?? all)
            ? true
            : "the job has finished and output is missing"
        })
      )
    ]
  },
  witness: (protocol) => (view) => visibleRecords(protocol, view).length > 0
}

/** What a job that was drained has to show: what its sources had emitted then. Null for a job that was not. */
const expectedIn = (protocol: Protocol, view: View): ReadonlyArray<Rec> | null => {
  const { plan, config } = protocol.settings
  if (!endsData(config.stimuli?.stopKind ?? "stop")) return null
  const manifest = manifestsIn(view.resource(protocol.log)).findLast(({ kind }) => endsData(kind))
  if (manifest === undefined) return null
  return allRecords(
    Object.fromEntries(
      Object.entries(plan).map(([task, spec]) => [
        task,
        spec.records === 0 ? spec : { ...spec, records: snapshotFor(manifest, task)?.offset ?? 0 }
      ])
    )
  )
}

export const S2: ModelProperty = {
  id: "S2",
  sentence: "nothing is missing or out of order within a key",
  of: (protocol, name) => [
    always(name(), (view) => {
      const counts = new Map<string, number>()
      for (const { key, number } of visibleRecords(protocol, view)) {
        const before = counts.get(key) ?? 0
        if (number > before + 1) return `record ${number} of ${key} is visible, and ${before + 1} is not`
        counts.set(key, number)
      }
      return true
    }),
    ...allSinks(protocol).map(({ component }) =>
      always(name(component.name), (view) => {
        const problem = view.of(component)?.plane.broken.find((text) => text.startsWith("record"))
        return problem ?? true
      })
    )
  ],
  witness: (protocol) => (view) => visibleRecords(protocol, view).some(({ number }) => number > 1)
}

export const S5: ModelProperty = {
  id: "S5",
  sentence: "a transaction becomes visible only after a completed checkpoint that holds it",
  of: (protocol, name) => {
    const sinks = sinksOf(protocol.settings.plan)
    return [
      step(name(), (before, action, after) => {
        if (action._tag !== "Operation" || action.resource !== places.ledger) return true
        const known = before.resource(protocol.ledger).visible
        const added = after.resource(protocol.ledger).visible.filter((text) => !known.includes(text))
        if (added.length === 0) return true
        const held = manifestsIn(before.resource(protocol.log)).flatMap((manifest) =>
          sinks.flatMap((task) => (snapshotFor(manifest, task)?.prepared ?? []).map(({ transaction }) => transaction))
        )
        const early = added.find((text) => !held.includes(text))
        return early === undefined
          ? true
          : `${transactionOf(early).name} is visible and held by no completed checkpoint`
      })
    ]
  },
  witness: (protocol) => (view) => view.resource(protocol.ledger).visible.length > 0
}

export const S18: ModelProperty = {
  id: "S18",
  sentence: "transactions are never confused: no name is used twice, and a commit finds what it commits",
  of: (protocol, name) => [
    step(name(), (before, action) => {
      if (action._tag !== "Operation" || !isOperation(action.operation, "commit") || action.from === null) return true
      if (action.outcome !== "ok" || protocol.settings.config.capturesArePrompt) return true
      const { prepared, visible } = before.resource(protocol.ledger)
      const missing = action.operation.transactions.find((text) => !prepared.includes(text) && !visible.includes(text))
      return missing === undefined ? true : `${transactionOf(missing).name} is to be committed and is gone`
    }),
    always(name("names"), (view) => {
      const { prepared, visible } = view.resource(protocol.ledger)
      const names = [...prepared, ...visible].map((text) => transactionOf(text).name)
      const twice = names.find((found, index) => names.indexOf(found) < index)
      return twice === undefined ? true : `there are two transactions ${twice}`
    })
  ],
  witness: (protocol) => (view) => view.resource(protocol.ledger).visible.length > 1
}

export const S19: ModelProperty = {
  id: "S19",
  sentence: "nothing that a sink has taken is lost or kept twice, whatever becomes of its checkpoints",
  of: (protocol, name) =>
    allSinks(protocol).map(({ component, process, task }) =>
      always(name(component.name), (view) => {
        const state = view.of(component)
        const writer = view.of(process.job)?.writer
        if (state === undefined || writer === undefined || writer === null) return true
        if (writer.term !== leaderTerm(view.resource(protocol.log))) return true // fenced: its data is another's
        const { position } = state.plane
        const kept = keptBy(protocol, view, state).filter((record) => reaches(protocol.settings.plan, record, task))
        return isEqual(kept, recordsUpTo(position.seen))
          ? true
          : `it has seen ${JSON.stringify(position.seen)}, it keeps ${JSON.stringify(kept)}`
      })
    ),
  /** A checkpoint was invalidated after a transaction had been prepared for it. */
  witness: (protocol) => (view) =>
    allSinks(protocol).some(({ component }) => {
      const state = view.of(component)
      const { invalidated } = view.history(protocol.history)
      return state !== undefined && preparedBy(state.machine).some(({ id }) => invalidated.includes(id))
    })
}

/** What is visible, what waits in transactions, and what was written since. */
export const keptBy = (protocol: Protocol, view: View, { machine, plane }: TaskState): ReadonlyArray<Rec> => {
  const texts = new Set([
    ...view.resource(protocol.ledger).visible,
    ...preparedBy(machine).map(({ transaction }) => transaction),
    ...plane.captures.flatMap(({ transaction }) => transaction ?? [])
  ])
  return sortRecords([...[...texts].flatMap((text) => transactionOf(text).records), ...plane.written])
}

export const recordsUpTo = (seen: Readonly<Record<string, number>>): ReadonlyArray<Rec> =>
  sortRecords(
    Object.entries(seen).flatMap(([key, last]) =>
      Array.from({ length: last }, (_, index) => ({ key, number: index + 1 }))
    )
  )

const isOperation = <Op extends LedgerOperation["op"]>(
  operation: unknown,
  op: Op
): operation is Extract<LedgerOperation, { readonly op: Op }> =>
  typeof operation === "object" && operation !== null && "op" in operation && operation.op === op

export const S20: ModelProperty = {
  id: "S20",
  sentence:
    "a restore leaves no transaction of an earlier term open that the restored checkpoint does not hold, and commits all that it holds",
  of: (protocol, name) => [
    step(name(), (_, action, after) => {
      if (action._tag !== "Operation" || action.outcome === "fails" || !isOperation(action.operation, "rollback"))
        return true
      const { keep, term } = action.operation
      const { prepared } = after.resource(protocol.ledger)
      const open = prepared.find((text) => transactionOf(text).term < term && !keep.includes(text))
      return open === undefined ? true : `${transactionOf(open).name} stays open`
    }),
    ...allSinks(protocol).map(({ component, process }) =>
      always(name(`${component.name} commits`), (view) => {
        const state = view.of(component)
        const point = view.of(process.job)?.writer?.resumesFrom ?? 0
        const committer = committerOf(state)
        if (state === undefined || committer === undefined || point === 0) return true
        const open = committer.context.prepared.filter(({ id }) => id <= point)
        return open.length === 0 || committer.matches("committing") ? true : `${open.length} restored transactions wait`
      })
    )
  ],
  /** Something is open that no completed checkpoint holds while a job restores. */
  witness: (protocol) => (view) => {
    if (!someJob(protocol, view, "restoring")) return false
    const held = JSON.stringify(manifestsIn(view.resource(protocol.log)))
    return view
      .resource(protocol.ledger)
      .prepared.some((text) => !held.includes(JSON.stringify(transactionOf(text).name).slice(1, -1)))
  }
}

export const S23: ModelProperty = {
  id: "S23",
  sentence: "final output is committed through a checkpoint taken after the end of data, before the job has finished",
  of: (protocol, name) =>
    protocol.processes.map((process) =>
      always(name(process.name), (view) => {
        const job = jobOf(process, view)
        if (job === undefined || !job.matches("finished")) return true
        const { entries } = view.resource(protocol.log)
        const hasEnded = entries.some(({ entry }) => entry._tag === "End")
        const isFinal = manifestsIn({ entries }).some(({ kind }) => endsData(kind))
        const wasCancelled = entries.some(({ entry }) => entry._tag === "End" && entry.end === "cancelled")
        return hasEnded && (isFinal || wasCancelled) ? true : "it has finished without a final checkpoint"
      })
    ),
  witness: (protocol) => (view) => someJob(protocol, view, "finished")
}

export const S24: ModelProperty = {
  id: "S24",
  sentence: "a notification covers the earlier ones: what is due is being committed",
  of: (protocol, name) =>
    allSinks(protocol).map(({ component }) =>
      always(name(component.name), (view) => {
        const committer = committerOf(view.of(component))
        if (committer === undefined || committer.matches("committing")) return true
        const { prepared, completed } = committer.context
        return prepared.every(({ id }) => id > completed)
      })
    ),
  /** Two checkpoints are committed at once. */
  witness: (protocol) => (view) =>
    allSinks(protocol).some(
      ({ component }) => (committerOf(view.of(component))?.context.commit?.transactions.length ?? 0) > 1
    )
}
