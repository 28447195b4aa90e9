/** Configurations about jobs, attempts and processes that begin, end, fail and take over from each other. */
import { plans } from "../system/plan.ts"
import { type Configuration, configuration } from "./Configuration.ts"

export const lifecycle: ReadonlyArray<Configuration> = [
  configuration({
    about: "An orderly stop with its checkpoint; a second one does not wait.",
    config: {
      name: "stop",
      plan: plans.fork(1, 0),
      hasEnd: false,
      capturesArePrompt: true,
      timers: ["stopTimeout", "backoff", "terminalRetry"],
      stimuli: { stop: 2, request: 1 }
    },
    shows: ["S1", "S3", "S5", "S7", "S11", "S12", "S13", "S14", "S15", "S16", "S17"],
    ends: ["stopped", "running"],
    states: 25343,
    edges: 75728
  }),
  configuration({
    about: "Another process goes on after a stop.",
    config: {
      name: "resumed",
      plan: plans.line(2),
      capturesArePrompt: true,
      stimuli: { stop: 1, request: 1, laterProcess: true }
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
      "S13",
      "S15",
      "S17",
      "S18",
      "S23",
      "S24"
    ],
    ends: ["finished", "stopped", "down"],
    states: 63353,
    edges: 176180
  }),
  configuration({
    about: "A job is cancelled, at any time, and its log may fail.",
    config: {
      name: "cancelled",
      plan: plans.line(1),
      capturesArePrompt: true,
      stimuli: { request: 1, cancel: 1 },
      faults: { "log.fails": 1 }
    },
    shows: ["S1", "S3", "S5", "S6", "S7", "S10", "S11", "S12", "S13", "S15", "S17", "S19", "S23"],
    ends: ["finished", "cancelled", "failed"],
    states: 21996,
    edges: 50060
  }),
  configuration({
    about: "A process crashes and comes back.",
    config: {
      name: "crash",
      plan: plans.line(1),
      capturesArePrompt: true,
      stimuli: { request: 1 },
      faults: { crash: 1 }
    },
    shows: ["S1", "S3", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S13", "S14", "S15", "S17", "S23"],
    ends: ["finished", "down"],
    states: 44251,
    edges: 152279
  }),
  configuration({
    about: "A process crashes while snapshots, transactions and manifests are being written.",
    config: {
      name: "crashWhileWriting",
      plan: plans.line(2),
      hasEnd: false,
      stimuli: { request: 1 },
      faults: { crash: 1 }
    },
    shows: ["S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S14", "S15", "S17", "S20"],
    ends: ["running", "down"],
    states: 6322,
    edges: 21396
  }),
  configuration({
    about: "A sink fails, and the next attempt restores it.",
    config: {
      name: "failure",
      plan: plans.line(1),
      capturesArePrompt: true,
      stimuli: { request: 1, failure: { sink: 1 } }
    },
    shows: ["S1", "S3", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S12", "S13", "S14", "S15", "S17", "S23"],
    ends: ["finished"],
    states: 54855,
    edges: 158371
  }),
  configuration({
    about: "A source fails while snapshots are being written.",
    config: {
      name: "failureWhileWriting",
      plan: plans.line(1),
      hasEnd: false,
      stimuli: { request: 2, failure: { source: 1 } }
    },
    shows: ["S1", "S3", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S12", "S13", "S15", "S17", "S20"],
    ends: ["running"],
    states: 52897,
    edges: 193991
  }),
  configuration({
    about: "A job gives up after too many failures, and a stop or a cancellation comes in between.",
    config: {
      name: "failures",
      plan: plans.line(0),
      hasEnd: false,
      capturesArePrompt: true,
      restarts: { restartsMax: 1 },
      timers: ["backoff", "stable"],
      stimuli: { failure: { sink: 1, source: 1 }, stop: 1, cancel: 1 }
    },
    shows: ["S3", "S6", "S7", "S10", "S11", "S14", "S15", "S17"],
    ends: ["stopped", "cancelled", "failed", "running"],
    states: 22003,
    edges: 51486
  }),
  configuration({
    about: "A job gives up after too many failures within a time, each forgotten by itself.",
    config: {
      name: "failureRate",
      plan: plans.lone(),
      hasEnd: false,
      capturesArePrompt: true,
      restarts: { restartsMax: 2, forgets: "each" },
      timers: ["backoff", "forget"],
      stimuli: { failure: { source: 3 } }
    },
    shows: ["S10"],
    ends: ["failed", "running"],
    states: 1524,
    edges: 4113
  }),
  configuration({
    about: "The checkpoint of a stop fails, or an attempt fails while the job stops.",
    config: {
      name: "stopFails",
      plan: plans.line(1),
      hasEnd: false,
      capturesArePrompt: true,
      policy: { toleratedFailures: 0 },
      timers: ["expiry", "terminalRetry", "backoff"],
      stimuli: { stop: 1, failure: { sink: 1 } },
      idsMax: 3,
      termsMax: 2
    },
    shows: ["S1", "S3", "S5", "S6", "S7", "S10", "S11", "S12", "S14", "S15", "S17", "S19"],
    ends: ["stopped", "running"],
    states: 44675,
    edges: 116083
  }),
  configuration({
    about: "A second process takes over while the first one runs.",
    config: {
      name: "secondProcess",
      plan: plans.line(1),
      hasEnd: false,
      capturesArePrompt: true,
      stimuli: { request: 1, secondProcess: true },
      termsMax: 2
    },
    shows: ["S1", "S3", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S15", "S17", "S19"],
    ends: ["failed", "running", "down"],
    states: 4066,
    edges: 10409
  })
]
