/** What the machines of subtasks, committers and jobs believe agrees with what is: see agreement.ts. */
import { always, type Property, step } from "../../../packages/checker/src/property/Property.ts"
import type { View } from "../../../packages/checker/src/system/View.ts"
import { edgeOf, mailboxOf } from "../system/names.ts"
import { edgesOf } from "../system/plan.ts"
import type { Protocol } from "../system/protocolSystem.ts"
import { isReliable } from "../system/unreliable.ts"
import type { ModelProperty } from "./ModelProperty.ts"
import { allSinks, allTasks, committerOf, isEqual, jobOf, manifestsIn } from "./reading.ts"

export const A7: ModelProperty = {
  id: "A7",
  sentence:
    "a subtask's machine knows its data plane: what is being captured, what was captured, what is blocked and why",
  of: (protocol, name) =>
    allTasks(protocol).map(({ component }) =>
      always(name(component.name), (view) => {
        const state = view.of(component)
        if (state === undefined) return true
        const { context } = state.machine.owner
        const { captures, captured, forwarded, marks } = state.plane
        const capturing = captures.filter(({ isAbandoned }) => !isAbandoned).map(({ id }) => id)
        if (!isEqual(context.capturing, capturing))
          return `captures of ${capturing.join()} are written, not ${context.capturing.join()}`
        if (forwarded !== captured) return `${captured} was captured, and ${forwarded} was forwarded`
        if (context.lastId < captured) return `${captured} was captured, and the last is said to be ${context.lastId}`
        const delivered = context.channels.filter((channel) => marks[channel]?.id === context.barrier?.id)
        const counted = context.tracked.find(({ delivered, id }) => {
          const isTrue = delivered.length > 0 && delivered.every((channel) => (marks[channel]?.id ?? 0) >= id)
          return id <= context.lastId || !isTrue || delivered.length === context.channels.length
        })
        if (counted !== undefined) return `${counted.id} is tracked for ${counted.delivered.join()}`
        if (context.barrier?.alignment === "tracked")
          return `${context.blocked.join()} is blocked for a tracked barrier`
        if (context.barrier === null) return context.blocked.length === 0 ? true : "channels are blocked for nothing"
        if (context.barrier.id <= context.lastId) return `${context.barrier.id} is aligned after ${context.lastId}`
        return isEqual(context.blocked, delivered)
          ? true
          : `${delivered.join()} have delivered, ${context.blocked.join()} are blocked`
      })
    ),
  witness: (protocol) => (view) =>
    allTasks(protocol).some(({ component }) => (view.of(component)?.machine.owner.context.capturing.length ?? 0) > 0)
}

const isAbout = (mail: object, id: number): boolean =>
  "event" in mail &&
  isEqual({ ...recordOf(mail.event), reason: "" }, { type: "checkpoint.invalidated", id, reason: "" })

const recordOf = (value: unknown): object => (typeof value === "object" && value !== null ? value : {})

export const A8: ModelProperty = {
  id: "A8",
  sentence: "a subtask knows only of invalidations and completions that have happened, and forgets those that are past",
  of: (protocol, name) =>
    allTasks(protocol).map(({ component }) =>
      always(name(component.name), (view) => {
        const machine = view.of(component)?.machine.owner
        if (machine === undefined) return true
        const { invalidated, lastId, terminal, barrier, capturing } = machine.context
        const history = view.history(protocol.history)
        const past = invalidated.find((id) => id <= lastId || !history.invalidated.includes(id))
        if (past !== undefined) return `${past} is past, or was never invalidated`
        const isHeard = isReliable(protocol.settings.config, "checkpoint.invalidated")
        const mailbox = view.messages({ name: mailboxOf(component.name) })
        const atWork = barrier === null ? capturing : [...capturing, barrier.id]
        const futile = atWork.find(
          (id) => history.invalidated.includes(id) && !mailbox.some((mail) => isAbout(mail, id))
        )
        if (isHeard && futile !== undefined) return `it works for ${futile}, and was told that it is invalidated`
        const isOver = machine.matches("finishing") || machine.matches("finished")
        if (isOver !== (terminal !== null) && !machine.matches("cancelled"))
          return "it is wrong about the terminal checkpoint"
        return terminal === null || history.completed.includes(terminal) ? true : `${terminal} is not completed`
      })
    ),
  witness: (protocol) => (view) =>
    allTasks(protocol).some(({ component }) => (view.of(component)?.machine.owner.context.terminal ?? null) !== null)
}

export const A9: ModelProperty = {
  id: "A9",
  sentence: "a committer commits what is due, all of it and nothing else, and nothing that is due waits",
  of: (protocol, name) =>
    allSinks(protocol).map(({ component }) =>
      always(name(component.name), (view) => {
        const state = view.of(component)
        const snapshot = committerOf(state)
        if (state === undefined || snapshot === undefined) return true
        const { prepared, completed, commit } = snapshot.context
        const history = view.history(protocol.history)
        const isKnown =
          completed === 0 ||
          [...history.completed, ...history.retired].includes(completed) ||
          manifestsIn(view.resource(protocol.log)).some(({ id }) => id === completed)
        if (!isKnown) return `${completed} is not completed`
        if (commit === null) {
          const due = prepared.find(({ id }) => id <= completed)
          if (!snapshot.matches("open")) return "it commits nothing"
          return due === undefined ? true : `${due.transaction} is due and waits`
        }
        if (commit.upTo > completed) return `it commits up to ${commit.upTo}, and ${completed} is completed`
        const due = prepared.filter(({ id }) => id <= commit.upTo).map(({ transaction }) => transaction)
        const isAll = commit.transactions.every((transaction) => due.includes(transaction))
        return isAll && commit.transactions.length > 0 ? true : "it commits what is not due, or nothing"
      })
    ),
  witness: (protocol) => (view) =>
    allSinks(protocol).some(({ component }) => (committerOf(view.of(component))?.context.commit ?? null) !== null)
}

export const A10: ModelProperty = {
  id: "A10",
  sentence: "a job's machine knows its claim, its subtasks and how it ended; with it everything ends",
  of: (protocol, name) =>
    protocol.processes.flatMap((process) => [
      always(name(process.name), (view) => {
        const state = view.of(process.job)
        if (state === undefined) return true
        const { machine, writer, activity } = state
        const { claim, outcome, subtasks } = machine.context
        const isLeading = machine.matches("restoring") || machine.matches("running")
        if (isLeading && writer !== null) {
          const { from = 0 } = claimOf(protocol, view, writer.term) ?? {}
          const { before, kept, resumesFrom } = writer
          const recorded = before.map(({ id }) => id).filter((id) => id <= (resumesFrom ?? 0) && !kept.includes(id))
          const real = { term: writer.term, nextId: from, idsEnd: writer.idsEnd, recorded, kept }
          if (from > 0 && !isEqual(claim, real))
            return `it believes ${JSON.stringify(claim)}, not ${JSON.stringify(real)}`
        }
        if (machine.matches("running") && !isEqual(subtasks, Object.keys(process.tasks).sort()))
          return "subtasks are missing"
        if (machine.status !== "done")
          return outcome === "alreadyEnded" ? "it has nothing to do, and does not end" : true
        if (activity !== null || writer !== null) return "it has ended, and still works"
        const { entries } = view.resource(protocol.log)
        const isRecorded = machine.value === "stopped" || machine.value === "failed" || entries.some(isEnd)
        if (!isRecorded) return "its end is recorded nowhere"
        const ended = outcome === "alreadyEnded" ? "finished" : (outcome ?? "nothing")
        return machine.value === ended ? true : `it has ended as ${String(machine.value)} after ${outcome}`
      }),
      always(name(`${process.name} has ended`), (view) =>
        jobOf(process, view)?.status === "done" && view.of(process.coordinator) !== undefined
          ? "its coordinator goes on"
          : true
      )
    ]),
  witness: (protocol) => (view) => protocol.processes.some((process) => jobOf(process, view)?.status === "done")
}

const isEnd = ({ entry }: { readonly entry: { readonly _tag: string } }): boolean => entry._tag === "End"

const claimOf = (protocol: Protocol, view: View, term: number) => {
  const { entries } = view.resource(protocol.log)
  const claim = entries.find(({ entry }) => entry._tag === "Claim" && entry.term === term)?.entry
  return claim?._tag === "Claim" ? claim.idsReserved : undefined
}

export const A11: ModelProperty = {
  id: "A11",
  sentence: "nothing is said or asked for twice in one step",
  of: (protocol, name) => [
    ...protocol.processes.flatMap((process) =>
      [process.job, process.coordinator, ...Object.values(process.tasks)].map((component): Property => {
        const mailbox = { name: mailboxOf(component.name) }
        return step(name(mailbox.name), (before, action, after) => {
          if (action._tag === "Duplicate" || action._tag === "Lose") return true
          const known =
            before.messages(mailbox).length - (action._tag === "Deliver" && action.to === component.name ? 1 : 0)
          const added = after
            .messages(mailbox)
            .slice(Math.max(0, known))
            .map((mail) => JSON.stringify(mail))
          const twice = added.find((mail, index) => added.indexOf(mail) < index)
          return twice === undefined ? true : `${twice} is sent twice`
        })
      })
    ),
    ...protocol.processes.flatMap((process) =>
      edgesOf(protocol.settings.plan).map(({ id }) => {
        const edge = { name: edgeOf(process.name, id) }
        return always(name(edge.name), (view) => {
          const elements = view.messages(edge).map((element) => JSON.stringify(element))
          const twice = elements.find((element, index) => elements.indexOf(element) < index)
          return twice === undefined ? true : `${twice} is sent twice`
        })
      })
    ),
    ...[protocol.log, protocol.store, protocol.ledger].map((resource) =>
      step(name(resource.name), (before, _, after) => {
        const known = before.inFlight(resource).map(({ operation }) => JSON.stringify(operation))
        const flights = after.inFlight(resource).map(({ operation }) => JSON.stringify(operation))
        const times = (all: ReadonlyArray<string>, one: string) => all.filter((other) => other === one).length
        const twice = flights.find((flight) => times(flights, flight) > times(known, flight) + 1)
        return twice === undefined ? true : `${twice} is asked for twice`
      })
    )
  ],
  witness: () => () => true
}
