/** Small configurations for the liveness properties: each is decided on its whole graph. */
import { check } from "../../../packages/checker/src/search/check.ts"
import type { Report } from "../../../packages/checker/src/search/Report.ts"
import { type LivenessId, liveNameOf, liveness } from "../properties/liveness.ts"
import type { ProtocolConfig } from "../system/Config.ts"
import { plans } from "../system/plan.ts"
import { protocolSystem } from "../system/protocolSystem.ts"

export interface LivelyConfiguration {
  readonly about: string
  readonly config: ProtocolConfig
  readonly shows: ReadonlyArray<LivenessId>
  readonly states: number
}

export const checkLively = ({ config, shows }: Pick<LivelyConfiguration, "config" | "shows">): Report => {
  const protocol = protocolSystem(config)
  const properties = shows.flatMap((id) => liveness[id].of(protocol, (part) => liveNameOf(liveness[id], part)))
  return check(protocol.system, properties)
}

export const lively: ReadonlyArray<LivelyConfiguration> = [
  {
    about: "Nothing goes wrong: every checkpoint completes, and the job finishes.",
    config: { name: "undisturbed", plan: plans.fork(1, 0), capturesArePrompt: true, stimuli: { request: 1 } },
    shows: ["L1", "L2", "L4", "L6", "L7"],
    states: 5_603
  },
  {
    about: "A trigger is lost, the checkpoint expires, and the next one goes on.",
    config: {
      name: "expired",
      plan: plans.fork(0, 0),
      hasEnd: false,
      capturesArePrompt: true,
      timers: ["expiry"],
      stimuli: { request: 2 },
      faults: { lose: 1 },
      unreliable: ["trigger.received"]
    },
    shows: ["L1", "L4"],
    states: 23_437
  },
  {
    about: "A trigger is lost and no timer helps: the next checkpoint completes all the same.",
    config: {
      name: "overtaken",
      plan: plans.fork(1, 0),
      hasEnd: false,
      capturesArePrompt: true,
      policy: { concurrentMax: 2, retained: 2 },
      stimuli: { request: 2 },
      faults: { lose: 1 },
      unreliable: ["trigger.received"]
    },
    shows: ["L2", "L6"],
    states: 4_247
  },
  {
    about: "Notifications are lost: a later one, or the final one, covers them.",
    config: {
      name: "unheard",
      plan: plans.line(2),
      capturesArePrompt: true,
      stimuli: { request: 1 },
      faults: { lose: 1 },
      unreliable: ["checkpoint.completed", "checkpoint.invalidated"]
    },
    shows: ["L1", "L2", "L6", "L7"],
    states: 1_639
  },
  {
    about: "A sink fails: the job runs again, commits what it owes, and finishes.",
    config: {
      name: "restarted",
      plan: plans.line(1),
      capturesArePrompt: true,
      stimuli: { request: 1, failure: { sink: 1 } }
    },
    shows: ["L1", "L5", "L6", "L7", "L9"],
    states: 54_855
  },
  {
    about: "A process crashes: the job runs again, commits what it owes, and finishes.",
    config: {
      name: "recovered",
      plan: plans.line(1),
      capturesArePrompt: true,
      stimuli: { request: 1 },
      faults: { crash: 1 }
    },
    shows: ["L5", "L6", "L7"],
    states: 44_251
  },
  {
    about: "Checkpoints by the clock go on after one has failed.",
    config: {
      name: "ticking",
      plan: plans.line(1),
      capturesArePrompt: true,
      policy: { trigger: "periodic" },
      timers: ["interval", "minPause", "terminalRetry", "expiry"],
      idsMax: 2
    },
    shows: ["L1", "L3"],
    states: 21_850
  },
  {
    about: "A snapshot is not stored: the others of its checkpoint are discarded.",
    config: {
      name: "discarded",
      plan: plans.line(1),
      stimuli: { request: 1 },
      faults: { "store.fails": 1 }
    },
    shows: ["L1", "L7", "L8"],
    states: 24_461
  },
  {
    about: "Commits fail: the job restarts, and ends.",
    config: {
      name: "unwilling",
      plan: plans.line(1),
      stimuli: {},
      faults: { "ledger.fails": 1, "ledger.ambiguous": 1 }
    },
    shows: ["L5", "L6", "L7", "L9"],
    states: 118_005
  },
  {
    about: "Objects that several checkpoints share are removed after the last of them, and pins do not last.",
    config: {
      name: "shared",
      plan: plans.pipe(0),
      hasEnd: false,
      policy: { incremental: true, concurrentMax: 2 },
      stimuli: { request: 3 },
      faults: { "store.fails": 1 }
    },
    shows: ["L1", "L10"],
    states: 17_473
  }
]
