/** Configurations of the model that only mutants need. */
import type { Configuration } from "../../model/configurations/Configuration.ts"
import { plans } from "../../model/system/plan.ts"

export type SafeConfiguration = Pick<Configuration, "about" | "config" | "shows" | "ends">

/** Configurations that only mutants need: what is left behind is seen where the job goes on, and nothing sweeps. */
export const more: ReadonlyArray<SafeConfiguration> = [
  {
    about: "A snapshot cannot be stored, and what others have stored for its checkpoint is released.",
    config: {
      name: "storeFailsOpen",
      plan: plans.line(1),
      hasEnd: false,
      stimuli: { request: 1 },
      faults: { "store.fails": 1 }
    },
    shows: [],
    ends: ["running"]
  },
  {
    about:
      "The second of two checkpoints expires before the first one is captured, and its barrier comes all the same.",
    config: {
      name: "expiredTogether",
      plan: plans.fork(0, 0),
      hasEnd: false,
      capturesArePrompt: true,
      policy: { concurrentMax: 2 },
      timers: ["expiry"],
      stimuli: { request: 2 },
      faults: { lose: 1 },
      unreliable: ["trigger.received"]
    },
    shows: [],
    ends: ["running"]
  },
  {
    about: "The second of two checkpoints expires before the first one is captured, where nothing is aligned.",
    config: {
      name: "expiredInLine",
      plan: plans.line(0),
      hasEnd: false,
      policy: { concurrentMax: 2 },
      timers: ["expiry"],
      stimuli: { request: 2 }
    },
    shows: [],
    ends: ["running"]
  },
  {
    about: "Two inputs are aligned while snapshots are being written.",
    config: { name: "alignedWriting", plan: plans.fork(0, 0), hasEnd: false, stimuli: { request: 1 } },
    shows: [],
    ends: ["running"]
  },
  {
    about: "An acknowledgement comes again and again, also when its checkpoint stands: its snapshot is not touched.",
    config: {
      name: "repeatedAcknowledgement",
      plan: plans.line(0),
      hasEnd: false,
      stimuli: { request: 1 },
      faults: { duplicate: 2 },
      unreliable: ["subtask.acknowledged"]
    },
    shows: [],
    ends: ["running"]
  }
]
