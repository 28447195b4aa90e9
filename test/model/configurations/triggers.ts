/** Configurations about what triggers a checkpoint, and the ids that it takes. */
import { plans } from "../system/plan.ts"
import { type Configuration, configuration } from "./Configuration.ts"

export const triggers: ReadonlyArray<Configuration> = [
  configuration({
    about: "Checkpoints by the clock.",
    config: {
      name: "periodic",
      plan: plans.line(1),
      capturesArePrompt: true,
      policy: { trigger: "periodic" },
      timers: ["interval", "minPause", "terminalRetry"],
      idsMax: 3
    },
    shows: ["S1", "S3", "S5", "S7", "S11", "S13", "S15", "S17", "S23"],
    ends: ["finished"],
    states: 36234,
    edges: 115061
  }),
  configuration({
    about: "Checkpoints by the number of records.",
    config: {
      name: "counted",
      plan: plans.line(2),
      capturesArePrompt: true,
      policy: { trigger: "count" },
      timers: ["minPause", "terminalRetry"],
      stimuli: { count: 2 }
    },
    shows: ["S1", "S2", "S3", "S4", "S5", "S7", "S11", "S13", "S15", "S17", "S18", "S23"],
    ends: ["finished"],
    states: 29303,
    edges: 78001
  }),
  configuration({
    about: "Checkpoints by the clock or by the number of records, whichever comes first; the interval is chosen anew.",
    config: {
      name: "first",
      plan: plans.line(0),
      capturesArePrompt: true,
      policy: { trigger: "first" },
      timers: ["interval"],
      stimuli: { count: 1, adapt: 1 },
      idsMax: 2
    },
    shows: ["S3", "S7", "S11", "S13", "S15", "S17", "S23"],
    ends: ["finished"],
    states: 6490,
    edges: 16412
  }),
  configuration({
    about: "Requests wait, or are refused; also while a stop is pending.",
    config: {
      name: "queued",
      plan: plans.line(0),
      hasEnd: false,
      capturesArePrompt: true,
      policy: { queuedTriggersMax: 1 },
      timers: [],
      stimuli: { request: 3, stop: 1 }
    },
    shows: ["S3", "S7", "S11", "S13", "S15", "S17"],
    ends: ["stopped", "running"],
    states: 7062,
    edges: 17840
  }),
  configuration({
    about: "Ids are reserved again and again.",
    config: {
      name: "reserved",
      plan: plans.line(1),
      capturesArePrompt: true,
      hasEnd: false,
      idBlock: 1,
      stimuli: { request: 2 },
      faults: { "log.fails": 1 }
    },
    shows: ["S1", "S3", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S12", "S13", "S15", "S17", "S19"],
    ends: ["running"],
    states: 12780,
    edges: 30245
  })
]
