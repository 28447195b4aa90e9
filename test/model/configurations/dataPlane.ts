/** Configurations about barriers, alignment, end of data and retention, without anything going wrong. */
import { plans } from "../system/plan.ts"
import { type Configuration, configuration } from "./Configuration.ts"

export const dataPlane: ReadonlyArray<Configuration> = [
  configuration({
    about: "Two sources into an aligned join into a two-phase sink.",
    config: { name: "join", plan: plans.join(1, 1), capturesArePrompt: true, stimuli: { request: 1 } },
    shows: ["S1", "S3", "S5", "S7", "S11", "S13", "S15", "S16", "S17", "S18", "S23"],
    ends: ["finished"],
    states: 53652,
    edges: 153246
  }),
  configuration({
    about: "A source dealt out to two tasks, which a sink aligns again.",
    config: { name: "diamond", plan: plans.diamond(2), capturesArePrompt: true, stimuli: { request: 1 } },
    shows: ["S1", "S3", "S4", "S5", "S7", "S11", "S13", "S15", "S16", "S17", "S18", "S23"],
    ends: ["finished"],
    states: 35025,
    edges: 94371
  }),
  configuration({
    about: "A union of two sources, of which one has a side output: two sinks show what the same checkpoints cover.",
    config: {
      name: "sides",
      plan: plans.sides(0, 2),
      capturesArePrompt: true,
      allAreNotified: true,
      stimuli: { request: 1 }
    },
    shows: ["S1", "S3", "S5", "S7", "S11", "S13", "S15", "S17", "S18", "S23"],
    ends: ["finished"],
    states: 92612,
    edges: 305501
  }),
  configuration({
    about: "Sources of unequal length: one ends, the other goes on, and both are aligned.",
    config: { name: "uneven", plan: plans.fork(2, 1), capturesArePrompt: true, stimuli: { request: 1 } },
    shows: ["S1", "S2", "S3", "S4", "S5", "S7", "S11", "S13", "S15", "S16", "S17", "S18", "S23"],
    ends: ["finished"],
    states: 29064,
    edges: 78164
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
    states: 127285,
    edges: 347132
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
    about: "An alignment of three inputs.",
    config: {
      name: "threeInputs",
      plan: plans.three(),
      hasEnd: false,
      capturesArePrompt: true,
      stimuli: { request: 2 }
    },
    shows: ["S3", "S7", "S11", "S13", "S15", "S17"],
    ends: ["running"],
    states: 1668,
    edges: 4638
  }),
  configuration({
    about: "Barriers are tracked (at least once): no channel is blocked, and records overtake barriers.",
    config: {
      name: "tracked",
      plan: plans.fork(1, 0),
      hasEnd: false,
      capturesArePrompt: true,
      policy: { mode: "at-least-once", concurrentMax: 2 },
      stimuli: { request: 2 }
    },
    shows: ["S1", "S3", "S5", "S7", "S11", "S13", "S15", "S17"],
    ends: ["running"],
    states: 3664,
    edges: 9154
  }),
  configuration({
    about: "Completed checkpoints are retired, and their objects with them.",
    config: { name: "retention", plan: plans.line(2), stimuli: { request: 2 } },
    shows: ["S1", "S2", "S3", "S4", "S5", "S7", "S11", "S13", "S15", "S17", "S18", "S23"],
    ends: ["finished"],
    states: 42346,
    edges: 109450
  })
]
