/** The commands that operate a running job. */
import { Option } from "effect"
import { Command, Flag } from "effect/cli"
import { directory, job, json } from "../flags.ts"
import { operateJob, showStatus } from "./operateJob.ts"

const flag = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(description), Flag.withDefault(false), Flag.withoutNegation)

const asJson = json("Print a JSON object")

const status = Command.make("status", { directory, job, json: asJson }, ({ directory, job, json }) =>
  showStatus({ directory, job: Option.getOrNull(job) }, { isJson: json })
).pipe(
  Command.withDescription("Show how a job stands: the one that runs, or how the last run has ended"),
  Command.withExamples([{ command: "tidemark status C" }, { command: "tidemark status C --json" }])
)

const savepoint = Command.make("savepoint", { directory, job, json: asJson }, ({ directory, job, json }) =>
  operateJob({ directory, job: Option.getOrNull(job) }, { ask: "savepoint" }, { isJson: json })
).pipe(
  Command.withDescription(
    "Take a savepoint of a running job, wait for it and print its path. A savepoint is yours: whole, never removed by " +
      "the job, and restored only where --resume names it"
  ),
  Command.withExamples([
    { command: "tidemark savepoint C" },
    { command: "tidemark run job.ts --checkpoints C --resume savepoint", description: "Start from the newest one" }
  ])
)

const stop = Command.make(
  "stop",
  {
    directory,
    job,
    drain: flag(
      "drain",
      "End the data where the sources are: every window fires, and the job has finished. For good: leave it out to go on later"
    ),
    savepoint: flag("savepoint", "Let the last checkpoint be a savepoint"),
    json: asJson
  },
  ({ directory, drain, job, json, savepoint }) =>
    operateJob({ directory, job: Option.getOrNull(job) }, { ask: "stop", drain, savepoint }, { isJson: json })
).pipe(
  Command.withDescription(
    "Stop a running job with one more checkpoint, and wait for its end. Running it again goes on from there. Asked once " +
      "more while it stops, the job stops at once"
  ),
  Command.withExamples([{ command: "tidemark stop C" }, { command: "tidemark stop C --drain --savepoint" }])
)

const cancel = Command.make("cancel", { directory, job, json: asJson }, ({ directory, job, json }) =>
  operateJob({ directory, job: Option.getOrNull(job) }, { ask: "cancel" }, { isJson: json })
).pipe(
  Command.withDescription(
    "End a running job at once, without another checkpoint, and record that it was cancelled: only --resume latest, or a " +
      "checkpoint that is named, goes on with it"
  ),
  Command.withExamples([{ command: "tidemark cancel C" }])
)

export const operateCommands = [status, savepoint, stop, cancel] as const
