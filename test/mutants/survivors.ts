/** Mutants that nobody notices, each with the reason. A survivor that is not here, and one here that is killed, fails. */
import type { KnownSurvivor } from "./harness/Result.ts"

const refusals = (command: string): ReadonlyArray<string> => [
  "transition dropped",
  ...["dropped", "doubled"].map((mistake) => `command ${mistake} action 0 (perform): ${command}`)
]

const because = (reason: string, ...names: ReadonlyArray<string>): ReadonlyArray<KnownSurvivor> =>
  names.map((name) => ({ name, reason }))

export const survivors: ReadonlyArray<KnownSurvivor> = [
  ...because(
    "whoever asks for a checkpoint is no part of the model: what is answered is asserted by the coordinator's scenarios.",
    "coordinator inactive trigger.request #0: transition dropped",
    "coordinator inactive trigger.request #0: command dropped action 0 (perform): RefuseRequest",
    "coordinator inactive trigger.request #0: command doubled action 0 (perform): RefuseRequest",
    "coordinator active coordinator.suspend #0: command dropped action 0 (perform): RefuseRequest",
    "coordinator active coordinator.suspend #0: command doubled action 0 (perform): RefuseRequest",
    "coordinator active trigger.request #0: transition dropped",
    "coordinator active trigger.request #0: command dropped action 0 (perform): RefuseRequest",
    "coordinator active trigger.request #0: command doubled action 0 (perform): RefuseRequest",
    "coordinator active.regular trigger.request #0: command dropped action 0 (perform): RefuseRequest",
    "coordinator active.regular trigger.request #0: command doubled action 0 (perform): RefuseRequest",
    ...["inactive", "active", "active.regular"].flatMap((state) =>
      refusals("RefuseSavepoint").map((mistake) => `coordinator ${state} savepoint.request #0: ${mistake}`)
    ),
    "coordinator active coordinator.suspend #0: command dropped action 0 (perform): RefuseSavepoint",
    "coordinator active coordinator.suspend #0: command doubled action 0 (perform): RefuseSavepoint",
    "coordinator active.ending entry: command dropped action 0 (perform): RefuseSavepoint",
    "coordinator active.ending entry: command doubled action 0 (perform): RefuseSavepoint"
  ),
  ...because(
    "whoever stops a job is no part of the model: what a stop is answered is asserted by the job's scenarios.",
    ...["claiming", "restoring", "failing", "backingOff"].flatMap((state) =>
      refusals("RefuseStop").map((mistake) => `job ${state} job.stop #1: ${mistake}`)
    ),
    "job failing job.stop #1: guard negated",
    "job failing job.stop #1: guard removed"
  ),
  ...because(
    "a timer is cancelled when the state that waits for it is left: beside those that forget a failure none fires elsewhere.",
    "job (any state) timer.fired #0: guard removed"
  ),
  ...because(
    "how a job is being stopped is read while it runs, and set anew by the next stop.",
    "job running exit: assignment dropped action 1 (inline)"
  ),
  ...because(
    "a source that drains drains: the second time changes nothing.",
    "subtask active.data.flowing source.drain #0: command doubled action 0 (perform): DrainSource"
  ),
  ...because(
    "the gate reads what the machine has blocked, not the commands: by them only the duration of an alignment is measured.",
    "subtask active.alignment.idle barrier.received #3: command dropped action 1 (perform): Block",
    "subtask active.alignment.aligning barrier.received #1: command dropped action 0 (perform): Unblock",
    "subtask active.alignment.aligning barrier.received #1: command dropped action 2 (perform): Block",
    "subtask active.alignment.aligning barrier.received #2: command dropped action 0 (perform): Unblock",
    "subtask active.alignment.aligning barrier.received #3: command dropped action 1 (perform): Block",
    "subtask active.alignment.aligning checkpoint.invalidated #0: command dropped action 0 (perform): Unblock"
  ),
  ...because(
    "what is removed is removed: the second time finds nothing.",
    "checkpoint invalidated.retired entry: command doubled action 0 (perform): RetireCheckpoint",
    "subtask active.alignment.idle checkpoint.invalidated #0: command doubled action 0 (perform): AbandonCapture"
  ),
  ...because(
    "nobody reads the failures of a suspended coordinator: the next attempt begins with none.",
    "coordinator (any state) checkpoint.invalidated #0: assignment dropped action 0 (invalidate): failures left as it is"
  ),
  ...because(
    "a suspended coordinator triggers nothing, and the next start settles what is in flight before anything is triggered.",
    "coordinator (any state) checkpoint.invalidated #0: assignment off by one action 0 (invalidate): savepoints: its last forgotten"
  )
]
