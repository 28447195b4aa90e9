/** The commands, their flags and their help. The only module that knows `effect/cli`. */
import { Effect, Layer, Option } from "effect"
import { Argument, CliConfig, CliError, CliOutput, Command, Flag, GlobalFlag } from "effect/cli"
import { listCheckpoints } from "./checkpoints/listCheckpoints.ts"
import { showCheckpoint } from "./checkpoints/showCheckpoint.ts"
import { verifyCheckpoints } from "./checkpoints/verifyCheckpoints.ts"
import { explainJob } from "./job/explainJob.ts"
import { stderr } from "./output/StatusOutput.ts"
import { defaultCheckpoints, runJob } from "./run/runJob.ts"
import type { Signals } from "./signals.ts"

const json = (what: string) =>
  Flag.Boolean("json").pipe(Flag.withDescription(what), Flag.withDefault(false), Flag.withoutNegation)

const parallelism = Flag.Int("parallelism").pipe(
  Flag.withMetavar("N"),
  Flag.withDescription("Subtasks per task, 1 to 128; may differ from the last run (the job's own, or 1)"),
  Flag.optional
)

const threads = Flag.Int("threads").pipe(
  Flag.withMetavar("N"),
  Flag.withDescription("Worker threads that the subtasks share, 0 for none (one per subtask, at most one per core)"),
  Flag.optional
)

const module = Argument.String("module").pipe(
  Argument.withDescription("Job module (.ts or .js): export default Job.define(...)")
)

const jobArguments = Argument.String("args").pipe(
  Argument.withDescription("Options of the job, behind --: --name value, --name=value, --flag; checked by its schema"),
  Argument.variadic()
)

const makeRun = (signals: Signals | null) =>
  Command.make(
    "run",
    {
      module,
      args: jobArguments,
      checkpoints: Flag.String("checkpoints").pipe(
        Flag.withMetavar("DIR"),
        Flag.withDescription(`Checkpoint directory (the job's own, or ${defaultCheckpoints})`),
        Flag.optional
      ),
      resume: Flag.String("resume").pipe(
        Flag.withMetavar("latest|on-failure|never|PATH"),
        Flag.withDescription(
          "Where to start: latest and on-failure from the newest completed checkpoint (latest also after a " +
            "cancellation), never from the beginning, PATH from the checkpoint of that log entry (on-failure)"
        ),
        Flag.optional
      ),
      parallelism,
      threads,
      rewindOutput: Flag.Boolean("rewind-output").pipe(
        Flag.withDescription("Remove visible output that is newer than the restored checkpoint"),
        Flag.withDefault(false),
        Flag.withoutNegation
      ),
      json: json("Print the report as one line of JSON, the last line of standard output")
    },
    ({ args, checkpoints, json, module, parallelism, resume, rewindOutput, threads }) =>
      runJob(
        {
          ...{ module, args, rewindOutput, isJson: json },
          checkpoints: Option.getOrNull(checkpoints),
          resume: Option.getOrNull(resume),
          parallelism: Option.getOrNull(parallelism),
          threads: Option.getOrNull(threads)
        },
        signals
      )
  ).pipe(
    Command.withShortDescription("Run a job until its input ends"),
    Command.withDescription(
      "Run a job until its input ends. However it dies, run the same command again: it goes on from the last completed " +
        "checkpoint and its output is as if nothing had happened.\n\n" +
        "SIGTERM and Ctrl-C take one more checkpoint and exit 0; a second one stops at once. Both can be resumed."
    ),
    Command.withExamples([
      { command: "tidemark run job.ts", description: "Run, or go on where the last run ended" },
      { command: "tidemark run job.ts --checkpoints C --parallelism 4 -- --out O --limit 1000", description: "Choose" },
      { command: "tidemark run job.ts --resume never --rewind-output -- --out O", description: "Start all over" },
      {
        command: "tidemark run job.ts --resume C/my-job/log/0000000012.json",
        description: "Start from that checkpoint"
      }
    ])
  )

const directory = Argument.String("dir").pipe(Argument.withDescription("Checkpoint directory of the job"))

const job = Flag.String("job").pipe(
  Flag.withMetavar("NAME"),
  Flag.withDescription("Which job, where the directory holds several"),
  Flag.optional
)

const list = Command.make("list", { directory, job, json: json("Print a JSON array") }, ({ directory, job, json }) =>
  listCheckpoints({ directory, job: Option.getOrNull(job) }, { isJson: json })
).pipe(
  Command.withDescription("List checkpoints: id, kind, state, time, records, size, and the path for --resume"),
  Command.withExamples([{ command: "tidemark checkpoints list C --json" }])
)

const show = Command.make(
  "show",
  {
    directory,
    id: Argument.Int("id").pipe(Argument.withDescription("Checkpoint id, as listed")),
    job,
    json: json("Print a JSON object")
  },
  ({ directory, id, job, json }) => showCheckpoint({ directory, job: Option.getOrNull(job) }, { id, isJson: json })
).pipe(
  Command.withDescription("Show a checkpoint: operators, sizes of their states, positions of the splits"),
  Command.withExamples([{ command: "tidemark checkpoints show C 12" }])
)

const verify = Command.make(
  "verify",
  { directory, job, json: json("Print a JSON object") },
  ({ directory, job, json }) => verifyCheckpoints({ directory, job: Option.getOrNull(job) }, { isJson: json })
).pipe(
  Command.withDescription(
    "Read and check every byte of the completed checkpoints and the log; exit 3 at the first bad one"
  ),
  Command.withExamples([{ command: "tidemark checkpoints verify C" }])
)

const checkpoints = Command.make("checkpoints").pipe(
  Command.withDescription(
    "Look at the checkpoints of a directory; takes no lock, changes nothing, works while the job runs"
  ),
  Command.withSubcommands([list, show, verify])
)

const explain = Command.make(
  "explain",
  {
    module,
    args: jobArguments,
    parallelism,
    mermaid: Flag.Boolean("mermaid").pipe(
      Flag.withDescription("Print a Mermaid flowchart"),
      Flag.withDefault(false),
      Flag.withoutNegation
    )
  },
  ({ args, mermaid, module, parallelism }) =>
    explainJob({ module, args, isMermaid: mermaid, parallelism: Option.getOrNull(parallelism) })
).pipe(
  Command.withDescription("Show the plan of a job: tasks, chained operators, exchanges, states; runs nothing"),
  Command.withExamples([{ command: "tidemark explain job.ts --mermaid -- --out O" }])
)

/** Read from the raw arguments where failures are printed; declared here for the help. */
const debug = GlobalFlag.Setting("debug")({
  flag: Flag.Boolean("debug").pipe(
    Flag.withDescription("Print stack traces with errors (also: TIDEMARK_DEBUG=1)"),
    Flag.withDefault(false),
    Flag.withoutNegation
  )
})

const makeRoot = (signals: Signals | null) =>
  Command.make("tidemark").pipe(
    Command.withDescription(
      "Typed, stateful stream pipelines whose state survives any crash exactly once.\n\n" +
        "Exit codes: 0 fine; 1 the job failed, run it again once the cause is gone; 2 wrong command, module or options; " +
        "3 refused: directory in use, changed pipeline, output ahead, damaged or unknown checkpoint; 70 a bug; " +
        "130, 143 stopped at once by a second signal."
    ),
    Command.withSubcommands([makeRun(signals), checkpoints, explain]),
    Command.withGlobalFlags([debug])
  )

/** The command line was not understood; what is wrong with it has been said. */
export const isMisunderstood = (error: unknown): boolean =>
  CliError.isCliError(error) && (error._tag !== "ShowHelp" || error.errors.length > 0)

/** Help that was shown because a command needs one of its subcommands. */
export const isHelp = (error: unknown): boolean =>
  CliError.isCliError(error) && error._tag === "ShowHelp" && error.errors.length === 0

const output = CliOutput.layerPresenter({
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Effect.sync(() => {
          for (const { message } of event.errors) stderr.line(`error: ${message.replaceAll(/\s*\n\s*/g, " ")}`)
          const isOption = event.errors.some(({ _tag }) => _tag === "UnrecognizedOption")
          if (isOption) stderr.line("Options of the job itself stand behind --.")
          stderr.line(`Try: ${event.commandPath.join(" ")} --help`)
        })
      : CliOutput.defaultPresenter.present(event)
})

const config = CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })

/** Understands the arguments and does what they say. */
export const runCommand = (
  args: ReadonlyArray<string>,
  options: { readonly version: string; readonly signals: Signals | null }
) =>
  Effect.provide(
    Command.runWith(makeRoot(options.signals), { version: options.version })(args),
    Layer.merge(output, config)
  )
