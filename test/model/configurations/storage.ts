/** Configurations about a log, a store and a target that fail. */
import { plans } from "../system/plan.ts"
import { type Configuration, configuration } from "./Configuration.ts"

export const storage: ReadonlyArray<Configuration> = [
  configuration({
    about: "An append fails.",
    config: { name: "logFails", plan: plans.line(2), stimuli: { request: 1 }, faults: { "log.fails": 1 } },
    shows: [
      "S1",
      "S2",
      "S3",
      "S4",
      "S5",
      "S6",
      "S7",
      "S10",
      "S11",
      "S12",
      "S13",
      "S15",
      "S17",
      "S18",
      "S19",
      "S23",
      "S24"
    ],
    ends: ["finished", "failed"],
    states: 18504,
    edges: 45466
  }),
  configuration({
    about: "An append of unknown outcome stands.",
    config: { name: "logAmbiguous", plan: plans.line(2), stimuli: { request: 1 }, faults: { "log.ambiguous": 1 } },
    shows: ["S1", "S2", "S3", "S4", "S5", "S6", "S7", "S10", "S11", "S13", "S14", "S15", "S17", "S18", "S23"],
    ends: ["finished"],
    states: 17640,
    edges: 41846
  }),
  configuration({
    about: "An append of unknown outcome lands late, or never.",
    config: { name: "logLate", plan: plans.line(1), stimuli: { request: 1 }, faults: { "log.late": 1 } },
    shows: ["S1", "S3", "S5", "S6", "S7", "S10", "S11", "S13", "S14", "S15", "S17", "S23"],
    ends: ["finished"],
    states: 21024,
    edges: 67221
  }),
  configuration({
    about: "A snapshot cannot be stored.",
    config: { name: "storeFails", plan: plans.line(1), stimuli: { request: 1 }, faults: { "store.fails": 1 } },
    shows: ["S1", "S3", "S5", "S7", "S11", "S12", "S13", "S15", "S17", "S19", "S23"],
    ends: ["finished"],
    states: 24461,
    edges: 67490
  }),
  configuration({
    about: "Preparing or committing fails.",
    config: {
      name: "ledgerFails",
      plan: plans.line(1),
      hasEnd: false,
      stimuli: { request: 1 },
      faults: { "ledger.fails": 1, "ledger.ambiguous": 1 }
    },
    shows: ["S1", "S3", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S15", "S17", "S20"],
    ends: ["running"],
    states: 7124,
    edges: 17895
  }),
  configuration({
    about: "The newest checkpoint is damaged: the sink is the witness of whether an older one will do.",
    config: {
      name: "damage",
      plan: plans.line(1),
      hasEnd: false,
      policy: { retained: 2 },
      stimuli: { request: 2, damage: 1, failure: { source: 1 } }
    },
    shows: ["S1", "S3", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S12", "S14", "S15", "S17", "S20"],
    ends: ["failed", "running"],
    states: 230467,
    edges: 984888
  }),
  configuration({
    about: "Too many checkpoints fail.",
    config: {
      name: "toleratedFailures",
      plan: plans.line(1),
      hasEnd: false,
      capturesArePrompt: true,
      policy: { toleratedFailures: 0 },
      timers: ["expiry", "backoff"],
      stimuli: { request: 2 },
      idsMax: 4,
      termsMax: 2
    },
    shows: ["S1", "S3", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S12", "S13", "S15", "S17", "S19"],
    ends: ["running"],
    states: 7573,
    edges: 20661
  })
]
