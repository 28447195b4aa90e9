/** Configurations about mail that is lost, comes twice, or comes late. */
import { plans } from "../system/plan.ts"
import { type Configuration, configuration } from "./Configuration.ts"

export const messages: ReadonlyArray<Configuration> = [
  configuration({
    about: "Triggers are lost: checkpoints expire, and alignments are released.",
    config: {
      name: "lostTrigger",
      plan: plans.fork(1, 0),
      hasEnd: false,
      capturesArePrompt: true,
      timers: ["expiry"],
      stimuli: { request: 2 },
      faults: { lose: 1 },
      unreliable: ["trigger.received"]
    },
    shows: ["S1", "S3", "S5", "S7", "S11", "S12", "S13", "S15", "S16", "S17", "S19"],
    ends: ["running"],
    states: 102256,
    edges: 405065
  }),
  configuration({
    about: "Acknowledgements are lost and come twice.",
    config: {
      name: "lostAcknowledgement",
      plan: plans.line(2),
      hasEnd: false,
      capturesArePrompt: true,
      timers: ["expiry"],
      stimuli: { request: 2 },
      faults: { lose: 1, duplicate: 2 },
      unreliable: ["subtask.acknowledged"]
    },
    shows: ["S1", "S2", "S3", "S4", "S5", "S7", "S11", "S12", "S13", "S15", "S17", "S18", "S19", "S24"],
    ends: ["running"],
    states: 61146,
    edges: 228843
  }),
  configuration({
    about: "An older checkpoint misses an acknowledgement, and a newer one completes.",
    config: {
      name: "subsumed",
      plan: plans.line(1),
      hasEnd: false,
      capturesArePrompt: true,
      timers: ["expiry"],
      policy: { concurrentMax: 2, retained: 2 },
      stimuli: { request: 2 },
      faults: { lose: 1 },
      unreliable: ["subtask.acknowledged"]
    },
    shows: ["S1", "S3", "S5", "S7", "S11", "S12", "S15", "S17", "S19"],
    ends: ["running"],
    states: 7634,
    edges: 24736
  }),
  configuration({
    about: "An older checkpoint misses a trigger, and a newer barrier ends its alignment.",
    config: {
      name: "superseded",
      plan: plans.fork(1, 0),
      hasEnd: false,
      capturesArePrompt: true,
      timers: ["expiry"],
      policy: { concurrentMax: 2, retained: 2 },
      stimuli: { request: 2 },
      faults: { lose: 1 },
      unreliable: ["trigger.received"]
    },
    shows: ["S1", "S3", "S5", "S7", "S11", "S12", "S15", "S16", "S17", "S19"],
    ends: ["running"],
    states: 322191,
    edges: 1371904
  }),
  configuration({
    about: "Acknowledgements come late: in the next attempt.",
    config: {
      name: "lateAcknowledgement",
      plan: plans.line(1),
      hasEnd: false,
      capturesArePrompt: true,
      stimuli: { request: 2, failure: { source: 1 } },
      faults: { duplicate: 1 },
      unreliable: ["subtask.acknowledged"]
    },
    shows: ["S1", "S3", "S5", "S6", "S7", "S8", "S9", "S10", "S11", "S12", "S13", "S15", "S17"],
    ends: ["running"],
    states: 28162,
    edges: 70003
  }),
  configuration({
    about: "Notifications are lost.",
    config: {
      name: "lostNews",
      plan: plans.line(2),
      capturesArePrompt: true,
      stimuli: { request: 2 },
      faults: { lose: 1 },
      unreliable: ["checkpoint.completed", "checkpoint.invalidated"]
    },
    shows: ["S1", "S2", "S3", "S4", "S5", "S7", "S11", "S13", "S15", "S17", "S18", "S23", "S24"],
    ends: ["finished"],
    states: 27415,
    edges: 64880
  }),
  configuration({
    about: "Notifications come twice, and everybody hears of all.",
    config: {
      name: "repeatedNews",
      plan: plans.line(1),
      capturesArePrompt: true,
      allAreNotified: true,
      stimuli: { request: 1 },
      faults: { duplicate: 1 },
      unreliable: ["checkpoint.completed"]
    },
    shows: ["S1", "S3", "S5", "S7", "S11", "S13", "S15", "S17", "S23"],
    ends: ["finished"],
    states: 1884,
    edges: 4256
  }),
  configuration({
    about: "Timers that have fired wait in the mailboxes, also those that are cancelled meanwhile.",
    config: {
      name: "postedTimers",
      plan: plans.line(1),
      capturesArePrompt: true,
      timersArePosted: true,
      timers: ["expiry", "terminalRetry", "minPause"],
      stimuli: { request: 1 },
      idsMax: 2
    },
    shows: ["S1", "S3", "S5", "S7", "S11", "S12", "S13", "S15", "S17", "S19", "S23"],
    ends: ["finished"],
    states: 21348,
    edges: 49599
  })
]
