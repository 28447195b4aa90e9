/** Configurations about checkpoints that refer to earlier ones: bases, their pins, sharing and retention. */
import type { ProtocolConfig } from "../system/Config.ts"
import { plans } from "../system/plan.ts"
import { type Configuration, configuration } from "./Configuration.ts"

const incremental = { incremental: true } as const

const open: Pick<ProtocolConfig, "hasEnd"> = { hasEnd: false }

export const deltas: ReadonlyArray<Configuration> = [
  configuration({
    about: "One delta after the other; each base is retired right after its use.",
    config: { name: "deltas", plan: plans.pipe(2), ...open, policy: incremental, stimuli: { request: 3 } },
    shows: ["S13", "S27"],
    ends: ["running"],
    states: 6803,
    edges: 17171
  }),
  configuration({
    about:
      "Two checkpoints at a time with one base; one may be full, and the base is surplus while the other is pending.",
    config: {
      name: "pinned",
      plan: plans.pipe(1),
      ...open,
      policy: { ...incremental, concurrentMax: 2 },
      stimuli: { request: 3, compaction: { task: 1 } }
    },
    shows: ["S13", "S26", "S27"],
    ends: ["running"],
    states: 40976,
    edges: 114446
  }),
  configuration({
    about: "Two are retained, and the checkpoint of a stop still refers to an older one.",
    config: {
      name: "pinnedOfTwo",
      plan: plans.pipe(0),
      ...open,
      policy: { ...incremental, concurrentMax: 2, retained: 2 },
      stimuli: { request: 3, stop: 1 }
    },
    shows: ["S13", "S26", "S27"],
    ends: ["stopped", "running"],
    states: 26867,
    edges: 66519
  }),
  configuration({
    about: "A task fails: the next attempt restores a delta, and begins with a full snapshot.",
    config: {
      name: "deltaRestored",
      plan: plans.pipe(1),
      ...open,
      policy: incremental,
      stimuli: { request: 2, failure: { task: 1 } }
    },
    shows: ["S8", "S9", "S13", "S27"],
    ends: ["running"],
    states: 35536,
    edges: 127712
  }),
  configuration({
    about: "A process crashes, also between an entry and its objects.",
    config: {
      name: "deltaCrash",
      plan: plans.pipe(1),
      ...open,
      policy: incremental,
      stimuli: { request: 3 },
      faults: { crash: 1 }
    },
    shows: ["S8", "S9", "S13", "S27"],
    ends: ["running"],
    states: 76108,
    edges: 276758
  }),
  configuration({
    about:
      "A snapshot cannot be stored: a checkpoint between two others is invalidated, and its changes are in the next.",
    config: {
      name: "deltaInvalidated",
      plan: plans.pipe(2),
      ...open,
      policy: incremental,
      stimuli: { request: 3 },
      faults: { "store.fails": 1 }
    },
    shows: ["S12", "S13", "S27"],
    ends: ["running"],
    states: 65492,
    edges: 204539
  }),
  configuration({
    about: "A checkpoint expires, and gives its base free.",
    config: {
      name: "deltaExpired",
      plan: plans.lone(),
      ...open,
      policy: { ...incremental, concurrentMax: 2 },
      timers: ["expiry"],
      stimuli: { request: 3 }
    },
    shows: ["S12", "S13", "S26", "S27"],
    ends: ["running"],
    states: 4614,
    edges: 10415
  }),
  configuration({
    about: "The checkpoint of a stop fails, and is repeated from another base.",
    config: {
      name: "deltaStopFails",
      plan: plans.lone(),
      ...open,
      policy: incremental,
      stimuli: { request: 2, stop: 1 },
      faults: { "store.fails": 1 }
    },
    shows: ["S12", "S13", "S26", "S27"],
    ends: ["stopped", "running"],
    states: 2106,
    edges: 4328
  }),
  configuration({
    about: "A manifest of unknown outcome keeps its base.",
    config: {
      name: "deltaUnknown",
      plan: plans.pipe(0),
      ...open,
      policy: { ...incremental, concurrentMax: 2 },
      stimuli: { request: 3 },
      faults: { "log.late": 1 }
    },
    shows: ["S13", "S14", "S26", "S27"],
    ends: ["running"],
    states: 21005,
    edges: 66320
  }),
  configuration({
    about: "It keeps it also when its attempt is over, until the log has settled it.",
    config: {
      name: "deltaUnsettled",
      plan: plans.lone(),
      capturesArePrompt: true,
      ...open,
      policy: { ...incremental, concurrentMax: 2, queuedTriggersMax: 1 },
      stimuli: { request: 3, failure: { source: 1 } },
      faults: { "log.ambiguous": 1 },
      idsMax: 3
    },
    shows: ["S13", "S14", "S26", "S27"],
    ends: ["running"],
    states: 112204,
    edges: 247339
  }),
  configuration({
    about: "Deltas with transactions, up to the final checkpoint.",
    config: { name: "deltaFinal", plan: plans.line(2), policy: incremental, stimuli: { request: 1 } },
    shows: ["S1", "S13", "S27"],
    ends: ["finished"],
    states: 4166,
    edges: 8830
  })
]
