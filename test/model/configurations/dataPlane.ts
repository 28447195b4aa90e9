/** Configurations about barriers, alignment, end of data and retention, without anything going wrong. */
import { plans } from "../system/plan.ts"
import { type Configuration, configuration } from "./Configuration.ts"

export const dataPlane: ReadonlyArray<Configuration> = [
  configuration({
    about: "Two sources into an aligned join into a two-phase sink.",
    config: { name: "join", plan: plans.join(1, 1), capturesArePrompt: true, stimuli: { request: 1 } },
    shows: ["S1", "S3", "S5", "S7", "S11", "S13", "S15", "S16", "S17", "S18", "S23"],
    ends: ["finished"],
    states: 52983,
    edges: 151418
  }),
  configuration({
    about: "A source dealt out to two tasks, which a sink aligns again.",
    config: { name: "diamond", plan: plans.diamond(2), capturesArePrompt: true, stimuli: { request: 1 } },
    shows: ["S1", "S3", "S4", "S5", "S7", "S11", "S13", "S15", "S16", "S17", "S18", "S23"],
    ends: ["finished"],
    states: 34590,
    edges: 93311
  }),
  configuration({
    about: "Sources of unequal length: one ends, the other goes on, and both are aligned.",
    config: { name: "uneven", plan: plans.fork(2, 1), capturesArePrompt: true, stimuli: { request: 1 } },
    shows: ["S1", "S2", "S3", "S4", "S5", "S7", "S11", "S13", "S15", "S16", "S17", "S18", "S23"],
    ends: ["finished"],
    states: 28548,
    edges: 76870
  }),
  configuration({
    about: "Two checkpoints at a time.",
    config: {
      name: "concurrent",
      plan: plans.fork(1, 0),
      capturesArePrompt: true,
      policy: { concurrentMax: 2, retained: 2 },
      stimuli: { request: 2 }
    },
    shows: ["S1", "S3", "S5", "S7", "S11", "S13", "S15", "S16", "S17", "S23"],
    ends: ["finished"],
    states: 123378,
    edges: 336925
  }),
  configuration({
    about: "Ended sources and the final checkpoint, without any other.",
    config: { name: "ending", plan: plans.fork(1, 1), capturesArePrompt: true, allAreNotified: true },
    shows: ["S1", "S3", "S5", "S7", "S11", "S17", "S23"],
    ends: ["finished"],
    states: 411,
    edges: 804
  }),
  configuration({
    about: "Completed checkpoints are retired, and their objects with them.",
    config: { name: "retention", plan: plans.line(2), stimuli: { request: 2 } },
    shows: ["S1", "S2", "S3", "S4", "S5", "S7", "S11", "S13", "S15", "S17", "S18", "S23"],
    ends: ["finished"],
    states: 40479,
    edges: 105116
  })
]
