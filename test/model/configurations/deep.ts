/** Configurations for `npm run model`: minutes each, remembered as 64 bits a state. */
import { plans } from "../system/plan.ts"
import { type Configuration, configuration } from "./Configuration.ts"

export const deep: ReadonlyArray<Configuration> = [
  configuration({
    about: "Two sources into an aligned join into a two-phase sink, with snapshots that take their time.",
    config: { name: "slow join", plan: plans.join(1, 1), stimuli: { request: 1 } },
    shows: ["S1", "S3", "S5", "S7", "S11", "S13", "S15", "S16", "S17", "S18", "S23"],
    ends: ["finished"],
    states: 1_608_157,
    edges: 5_551_018
  }),
  configuration({
    about: "A second process takes over at any time; the two of them take the log from each other, also through gaps.",
    config: {
      name: "two processes",
      plan: plans.line(1),
      capturesArePrompt: true,
      stimuli: { request: 1, secondProcess: true },
      termsMax: 3
    },
    shows: ["S1", "S3", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S12", "S13", "S14", "S15", "S17", "S19", "S23"],
    ends: ["finished", "failed", "down"],
    states: 4_309_254,
    edges: 18_460_451
  }),
  configuration({
    about: "The join fails at any time, and the next attempt restores a checkpoint of all four subtasks.",
    config: {
      name: "failing join",
      plan: plans.join(2, 1),
      capturesArePrompt: true,
      stimuli: { request: 1, failure: { join: 1 } }
    },
    shows: [
      "S1",
      "S2",
      "S3",
      "S4",
      "S5",
      "S6",
      "S7",
      "S8",
      "S9",
      "S10",
      "S11",
      "S12",
      "S13",
      "S14",
      "S15",
      "S16",
      "S17",
      "S18",
      "S23",
      "S24"
    ],
    ends: ["finished"],
    states: 21_981_395,
    edges: 105_060_046
  }),
  configuration({
    about:
      "Manifests of unknown outcome, with deltas, outlive their attempt: their bases stay until the log has settled them.",
    config: {
      name: "unsettled deltas",
      plan: plans.pipe(0),
      hasEnd: false,
      policy: { incremental: true, concurrentMax: 2 },
      stimuli: { request: 3, failure: { source: 1 } },
      faults: { "log.late": 1 },
      idsMax: 3
    },
    shows: ["S3", "S6", "S7", "S8", "S9", "S10", "S11", "S12", "S13", "S14", "S15", "S17", "S26", "S27"],
    ends: ["running"],
    states: 1_607_146,
    edges: 6_826_324
  })
]
