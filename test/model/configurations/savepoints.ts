/** Configurations about savepoints, stops with one, drains, and restores of what the user has named. */
import { plans } from "../system/plan.ts"
import { type Configuration, configuration } from "./Configuration.ts"

export const savepoints: ReadonlyArray<Configuration> = [
  configuration({
    about: "A savepoint beside a checkpoint, up to the end of the input: what it holds is committed by the next one.",
    config: {
      name: "savepoint",
      plan: plans.line(1),
      capturesArePrompt: true,
      stimuli: { savepoint: 1, request: 1 }
    },
    shows: ["S1", "S5", "S28", "S29", "S31", "S32"],
    ends: ["finished"],
    states: 8532,
    edges: 17095
  }),
  configuration({
    about: "Savepoints are whole among deltas, are no base, and outlive the checkpoints around them.",
    config: {
      name: "savepointDeltas",
      plan: plans.pipe(1),
      hasEnd: false,
      policy: { incremental: true },
      stimuli: { savepoint: 1, request: 2 }
    },
    shows: ["S13", "S27", "S28", "S29"],
    ends: ["running"],
    states: 14028,
    edges: 34942
  }),
  configuration({
    about: "Requests for savepoints wait for each other, and are refused where the job ends.",
    config: {
      name: "savepointsQueued",
      plan: plans.lone(),
      capturesArePrompt: true,
      hasEnd: false,
      policy: { queuedTriggersMax: 1 },
      stimuli: { savepoint: 3, stop: 1 }
    },
    shows: ["S11", "S28", "S29"],
    ends: ["stopped", "running"],
    states: 1644,
    edges: 3685
  }),
  configuration({
    about: "A savepoint expires: nobody counts that, and the job goes on.",
    config: {
      name: "savepointExpires",
      plan: plans.lone(),
      hasEnd: false,
      policy: { toleratedFailures: 0 },
      timers: ["expiry", "backoff"],
      stimuli: { savepoint: 1, request: 1 }
    },
    shows: ["S12", "S28", "S29"],
    ends: ["running"],
    states: 4604,
    edges: 13957
  }),
  configuration({
    about: "A savepoint's manifest of unknown outcome outlives its attempt, and the next claim settles it.",
    config: {
      name: "savepointUnknown",
      plan: plans.lone(),
      capturesArePrompt: true,
      hasEnd: false,
      stimuli: { savepoint: 1, request: 1, failure: { source: 1 } },
      faults: { "log.late": 1 }
    },
    shows: ["S12", "S28", "S29", "S30"],
    ends: ["running"],
    states: 64940,
    edges: 198907
  }),
  configuration({
    about: "A stop with a savepoint, which is resumed from nothing older.",
    config: {
      name: "stopWithSavepoint",
      plan: plans.line(1),
      hasEnd: false,
      capturesArePrompt: true,
      stimuli: { stop: 1, stopKind: "stopSavepoint", request: 1, laterProcess: true }
    },
    shows: ["S1", "S5", "S28", "S29", "S30", "S32"],
    ends: ["stopped", "running", "down"],
    states: 1090,
    edges: 1839
  }),
  configuration({
    about: "A process dies at any moment of a stop with a savepoint.",
    config: {
      name: "stopWithSavepointCrash",
      plan: plans.line(1),
      hasEnd: false,
      capturesArePrompt: true,
      stimuli: { stop: 1, stopKind: "stopSavepoint" },
      faults: { crash: 1 }
    },
    shows: ["S1", "S28", "S29", "S30", "S32"],
    ends: ["stopped", "running"],
    states: 1215,
    edges: 3030
  }),
  configuration({
    about: "A drain: the data ends where the sources are, and the job has finished; asked once more it stops at once.",
    config: {
      name: "drained",
      plan: plans.fork(1, 0),
      hasEnd: false,
      capturesArePrompt: true,
      stimuli: { stop: 2, stopKind: "finalSavepoint" }
    },
    shows: ["S1", "S5", "S23", "S28", "S29", "S32"],
    ends: ["finished", "stopped", "running"],
    states: 1482,
    edges: 3104
  }),
  configuration({
    about: "A process dies at any moment of a drain: what was drained stays drained, and the rest goes on.",
    config: {
      name: "drainedCrash",
      plan: plans.line(2),
      hasEnd: false,
      capturesArePrompt: true,
      stimuli: { stop: 1, stopKind: "final" },
      faults: { crash: 1 }
    },
    shows: ["S1", "S23", "S32"],
    ends: ["finished", "running"],
    states: 4814,
    edges: 12820
  }),
  configuration({
    about: "Nothing can be drained or saved while no attempt runs: the stop is refused, and the job goes on.",
    config: {
      name: "stopRefused",
      plan: plans.lone(),
      hasEnd: false,
      capturesArePrompt: true,
      stimuli: { stop: 1, stopKind: "stopSavepoint", failure: { source: 1 } }
    },
    shows: ["S28", "S29", "S32"],
    ends: ["stopped", "running"],
    states: 263,
    edges: 472
  }),
  configuration({
    about: "Another process restores the first checkpoint or savepoint by name, and leaves it where it is.",
    config: {
      name: "restoredNoClaim",
      plan: plans.line(1),
      capturesArePrompt: true,
      hasEnd: false,
      stimuli: { savepoint: 1, stop: 1, request: 1, laterProcess: true },
      restores: { from: 1, mode: "no-claim" }
    },
    shows: ["S1", "S28", "S29", "S30", "S31"],
    ends: ["stopped", "running", "failed", "down"],
    states: 12536,
    edges: 26440
  }),
  configuration({
    about: "Another process restores it and claims it: the job retires it like its own.",
    config: {
      name: "restoredClaim",
      plan: plans.line(1),
      stimuli: { savepoint: 1, stop: 1, laterProcess: true },
      restores: { from: 1, mode: "claim" }
    },
    shows: ["S1", "S13", "S28", "S29", "S30", "S31"],
    ends: ["finished", "stopped", "failed", "down"],
    states: 37641,
    edges: 96072
  }),
  configuration({
    about: "A recovery from elsewhere leaves alone what a savepoint holds: whoever restores it later can commit it.",
    config: {
      name: "savepointAfterRecovery",
      plan: plans.line(1),
      hasEnd: false,
      stimuli: { savepoint: 1, cancel: 1, failure: { sink: 1 }, laterProcess: true },
      restores: { from: 1, mode: "no-claim" }
    },
    shows: ["S1", "S28", "S29", "S30", "S31"],
    ends: ["cancelled", "running", "failed", "down"],
    states: 46681,
    edges: 154521
  }),
  configuration({
    about: "A newer checkpoint completes while a savepoint waits for an acknowledgement that is lost.",
    config: {
      name: "savepointPassed",
      plan: plans.pipe(0),
      capturesArePrompt: true,
      hasEnd: false,
      timers: ["expiry"],
      stimuli: { savepoint: 1, request: 1 },
      faults: { lose: 1 },
      unreliable: ["subtask.acknowledged"]
    },
    shows: ["S12", "S28", "S33"],
    ends: ["running"],
    states: 2705,
    edges: 8025
  })
]
