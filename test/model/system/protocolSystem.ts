/**
 * The whole protocol as a system for the checker: the real machines, with an abstract runtime, data plane and storage.
 *
 * M1 Each actor has one mailbox: its senders' messages come in the order in which they were sent, as in the runtime.
 * M2 The outcome of an operation and the mail that tells of it are one step: between them nobody else could observe
 *    either. An operation on the log, the store or the sinks' target is one step, and a claim takes several
 *    (see `claims.ts`); loading a checkpoint reads all of its objects at once.
 * M3 A process that crashes loses its actors, mail and timers; its operations in flight land or vanish.
 * M4 A timer that is armed may fire at any moment. Where a configuration does not list a timer it never fires: what is
 *    shown then holds for runs in which it takes longer than the rest.
 * M5 Subtasks of an attempt start together and are closed together, when the job says so.
 * M6 Retries of one storage operation are one try that fails if all of them do; appends of unknown outcome are tried
 *    again one by one (see `tail.ts`).
 */
import { type Channel, channel } from "../../../packages/checker/src/system/Channel.ts"
import type { Resource } from "../../../packages/checker/src/system/Resource.ts"
import { type CrashUnit, type History, type System, system } from "../../../packages/checker/src/system/System.ts"
import { machines as realMachines } from "../../../packages/core/src/protocol/machines.ts"
import { type ProtocolConfig, type Settings, settingsOf } from "./Config.ts"
import { coordinatorStepper, makeCoordinator } from "./Coordinator.ts"
import { lastTriggered, type ProtocolHistory, protocolHistory } from "./history.ts"
import { jobStepper, makeJob } from "./Job.ts"
import { type LedgerState, makeLedger } from "./ledger.ts"
import { type LogState, makeLog } from "./log.ts"
import type { LedgerOperation, LogOperation, StoreOperation } from "./messages.ts"
import { edgeOf, mailboxOf, type ProcessName, startOf } from "./names.ts"
import type { ProcessParts } from "./ProcessParts.ts"
import { edgesOf, tasksOf } from "./plan.ts"
import { makeStimuli } from "./stimuli.ts"
import { makeStore, type StoreState } from "./store.ts"
import { makeTask, subtaskStepper } from "./Task.ts"
import { isLossy, isRepeatable } from "./unreliable.ts"

/** A system with its parts, for properties to read. */
export interface Protocol {
  readonly settings: Settings
  readonly system: System
  /** `a`, and `b` where the configuration has a second process. */
  readonly processes: ReadonlyArray<ProcessParts>
  readonly log: Resource<LogState, LogOperation>
  readonly store: Resource<StoreState, StoreOperation>
  readonly ledger: Resource<LedgerState, LedgerOperation>
  readonly history: History<ProtocolHistory>
}

export const protocolSystem = (config: ProtocolConfig): Protocol => {
  const settings = settingsOf(config)
  const { stimuli } = config
  const isPrompt = config.capturesArePrompt ?? false
  const names: ReadonlyArray<ProcessName> = stimuli?.secondProcess || stimuli?.laterProcess ? ["a", "b"] : ["a"]
  const processes = names.map((name) => makeProcess(settings, name))
  const log = makeLog()
  const store = makeStore(!isPrompt)
  const ledger = makeLedger(!isPrompt, settings.mutant)
  return {
    ...{ settings, processes, log, store, ledger, history: protocolHistory },
    system: system({
      name: config.name,
      components: processes.flatMap(partsOf),
      channels: processes.flatMap((process) => channelsOf(settings, process)),
      resources: [log, store, ledger],
      history: protocolHistory,
      initially: startOf("a"),
      stimuli: makeStimuli(settings, processes),
      crashes: processes.filter(({ name }) => name === "a").map(crashOf),
      faults: config.faults ?? {},
      bounds: boundsOf(config, log)
    })
  }
}

const boundsOf = (
  { idsMax, termsMax }: ProtocolConfig,
  log: Resource<LogState, LogOperation>
): NonNullable<System["bounds"]> => ({
  ...(idsMax === undefined ? {} : { idsMax: (view) => lastTriggered(view.history(protocolHistory)) <= idsMax }),
  ...(termsMax === undefined
    ? {}
    : { termsMax: (view) => view.resource(log).entries.every(({ entry }) => entry.term <= termsMax) })
})

const makeProcess = (settings: Settings, process: ProcessName): ProcessParts => {
  const machines = settings.config.machines ?? realMachines
  const stepper = subtaskStepper(machines)
  const tasks = tasksOf(settings.plan)
  return {
    name: process,
    job: makeJob(settings, machines, { process, stepper: jobStepper(machines) }),
    coordinator: makeCoordinator(settings, machines, { process, stepper: coordinatorStepper(machines) }),
    tasks: Object.fromEntries(tasks.map((task) => [task, makeTask(settings, machines, { process, task, stepper })]))
  }
}

const partsOf = ({ job, coordinator, tasks }: ProcessParts) => [job, coordinator, ...Object.values(tasks)]

const channelsOf = (settings: Settings, process: ProcessParts): ReadonlyArray<Channel> => {
  const { config, plan } = settings
  const mailboxes = partsOf(process).map(({ name }) =>
    channel({
      name: mailboxOf(name),
      kind: "fifo",
      to: name,
      loses: (message) => isLossy(config, message),
      duplicates: (message) => isRepeatable(config, message)
    })
  )
  const edges = edgesOf(plan).map(({ id, from, to }) =>
    channel({
      name: edgeOf(process.name, id),
      kind: "fifo",
      from: process.tasks[from]?.name ?? from,
      to: process.tasks[to]?.name ?? to
    })
  )
  return [...mailboxes, ...edges]
}

/** A process that comes back begins anew, with the log as its only memory. */
const crashOf = (process: ProcessParts): CrashUnit => ({
  name: process.name,
  components: partsOf(process).map(({ name }) => name),
  recover: startOf(process.name)
})
